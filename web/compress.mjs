// After the build: scripts and styles also compressed, as the server hands them to browsers that ask.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const folder = new URL('dist/assets/', import.meta.url)
for (const name of readdirSync(folder)) {
  if (!/\.(js|css)$/.test(name)) continue
  const file = new URL(name, folder)
  writeFileSync(new URL(`${name}.gz`, folder), gzipSync(readFileSync(file), { level: 9 }))
}
