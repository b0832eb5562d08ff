import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The development server hands API calls to a backend (or to `npm run mock`, which listens on 8099).
declare const process: { env: Record<string, string | undefined> }
const backend = process.env['JINGWEI_API'] ?? 'http://127.0.0.1:8099'

export default defineConfig({
  plugins: [react()],
  // The server replaces this placeholder by a fresh nonce in every answer; without it nothing runs under our policy.
  html: { cspNonce: '__CSP_NONCE__' },
  server: { proxy: { '/api': { target: backend, changeOrigin: false } } },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    // Data URLs would need `img-src data:`; the policy does not allow them.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  test: { css: true, include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
})
