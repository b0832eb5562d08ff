/**
 * A block copied from a spreadsheet: rows by line break, cells by tab; a cell that holds a tab, a line break or a quote
 * arrives in double quotes with quotes doubled. The trailing line break of spreadsheets makes no empty row.
 */
export function parseBlock(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  const source = text.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  for (let at = 0; at < source.length; at += 1) {
    const mark = source.charAt(at)
    if (isQuoted) {
      if (mark !== '"') cell += mark
      else if (source.charAt(at + 1) === '"') {
        cell += '"'
        at += 1
      } else isQuoted = false
    } else if (mark === '"' && cell === '') isQuoted = true
    else if (mark === '\t' || mark === '\n') {
      row.push(cell)
      cell = ''
      if (mark === '\n') {
        rows.push(row)
        row = []
      }
    } else cell += mark
  }
  row.push(cell)
  rows.push(row)
  return rows
}

/** A single cell is ordinary typing; anything with a tab or several lines is a block. */
export function isBlock(text: string): boolean {
  return /\t/.test(text) || /\n./.test(text.replace(/\r\n?/g, '\n'))
}
