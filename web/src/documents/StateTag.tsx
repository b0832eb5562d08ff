import type { Colour, DocumentMeta } from '../api/types'
import { stateOf } from './values'

/** The same colour for the same meaning everywhere: grey draft, blue open, amber waiting, green done, red blocked, violet reversed. */
export function ColourTag({ label, colour }: { label: string; colour: Colour | undefined }) {
  return <span className={`state-tag tag-${colour ?? 'grey'}`}>{label}</span>
}

export function StateTag({ meta, state }: { meta: Pick<DocumentMeta, 'states'>; state: string | null | undefined }) {
  const found = stateOf(meta, state)
  return found ? (
    <ColourTag label={found.label} colour={found.colour} />
  ) : state ? (
    <ColourTag label={state} colour="grey" />
  ) : null
}
