"""Pictures small enough for the repository: at most 256 colours, the frequent and the vivid ones."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from playwright.sync_api import Page

# In the browser, because it decodes pictures: the palette, and for every pixel its place in it. Colours that are rare
# (the edges of letters) become the nearest frequent one.
_INDEXED = """
async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0))
  const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const { width, height } = picture
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context.drawImage(picture, 0, 0)
  const data = context.getImageData(0, 0, width, height).data
  const counts = new Map()
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2]
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]
  // Among rare colours the vivid ones tell more than further greys.
  const weight = ([colour, count]) => count * (1 + Math.max(...parts(colour)) - Math.min(...parts(colour)))
  const byCount = [...counts].sort((left, right) => weight(right) - weight(left))
  const palette = byCount.slice(0, 256).map((pair) => pair[0])
  const places = new Map(palette.map((colour, place) => [colour, place]))
  const distance = (left, right) =>
    parts(left).reduce((sum, part, at) => sum + (part - parts(right)[at]) ** 2, 0)
  for (const [colour] of byCount.slice(256)) {
    let best = 0
    for (let place = 1; place < palette.length; place += 1) {
      if (distance(colour, palette[place]) < distance(colour, palette[best])) best = place
    }
    places.set(colour, best)
  }
  let pixels = ''
  for (let at = 0; at < data.length; at += 4) {
    pixels += String.fromCharCode(places.get((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]))
  }
  return { width, height, palette, pixels: btoa(pixels) }
}
"""


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def reduced(blank: Page, png: bytes) -> bytes:
    """The picture as a PNG with a palette. `blank` is any page whose policy allows reading blobs."""
    found: dict[str, Any] = blank.evaluate(_INDEXED, base64.b64encode(png).decode())
    width, height = found["width"], found["height"]
    pixels = base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", b"".join(colour.to_bytes(3, "big") for colour in found["palette"]))
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )
