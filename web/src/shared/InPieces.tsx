/** A text whose numbers stay in one piece where a narrow cell breaks it: SI-2026-000009 is not torn at its hyphens. */
export function InPieces({ text }: { text: string }) {
  return text.split(/( +)/).map((piece, at) =>
    /\d/.test(piece) && /^[\x21-\x7e]+$/.test(piece) ? (
      <span key={at} className="in-one-piece">
        {piece}
      </span>
    ) : (
      piece
    ),
  )
}
