import { describe, expect, it } from 'vitest'
import { sparkPoints, sparkZero } from './spark'

describe('sparkPoints', () => {
  it('spreads points over the width, the largest on top and zero at the bottom', () => {
    expect(sparkPoints(['0', '50', '100'], 104, 44, 2)).toEqual([
      { x: 2, y: 42 },
      { x: 52, y: 22 },
      { x: 102, y: 2 },
    ])
  })
  it('keeps zero in the range of figures below it', () => {
    expect(sparkPoints(['-100', '100'], 104, 44, 2).map((spot) => spot.y)).toEqual([42, 2])
    expect(sparkZero(['-100', '100'], 44, 2)).toBe(22)
    expect(sparkZero(['50', '100'], 44, 2)).toBe(42)
    expect(sparkZero(['-50'], 44, 2)).toBe(2)
  })
  it('draws a flat line of nothing, and one point in the middle', () => {
    expect(sparkPoints(['0', '0'], 104, 44, 2).map((spot) => spot.y)).toEqual([2, 2])
    expect(sparkPoints(['7'], 104, 44, 2)).toEqual([{ x: 52, y: 2 }])
  })
})
