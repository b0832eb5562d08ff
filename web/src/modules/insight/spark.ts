/** Where the points of a small trend lie. Pixels only: the figures themselves stay decimal text. */
export interface Spot {
  x: number
  y: number
}

/** Points from left to right within the box; zero is in the range, so that a small change does not look like a large one. */
export function sparkPoints(values: string[], width: number, height: number, edge: number): Spot[] {
  const numbers = values.map(Number)
  const top = Math.max(0, ...numbers)
  const bottom = Math.min(0, ...numbers)
  const span = top - bottom || 1
  const step = values.length > 1 ? (width - 2 * edge) / (values.length - 1) : 0
  return numbers.map((value, at) => ({
    x: round(values.length > 1 ? edge + at * step : width / 2),
    y: round(edge + ((top - value) / span) * (height - 2 * edge)),
  }))
}

/** Where zero lies in the same box. */
export function sparkZero(values: string[], height: number, edge: number): number {
  const numbers = values.map(Number)
  const top = Math.max(0, ...numbers)
  const span = top - Math.min(0, ...numbers) || 1
  return round(edge + (top / span) * (height - 2 * edge))
}

const round = (value: number): number => Math.round(value * 10) / 10
