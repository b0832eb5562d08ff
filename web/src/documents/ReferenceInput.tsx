import { SearchOutlined } from '@ant-design/icons'
import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { createPortal } from 'react-dom'
import type { CodeReference, DocumentMeta, Reference, Target } from '../api/types'
import { useT } from '../app/i18n/language'
import { meantBy, useLookup, type Candidate } from './lookup'
import { RecordPicker } from './RecordPicker'
import { StateTag } from './StateTag'
import { isUnit, readText } from './values'

type Picked = Reference | CodeReference | null

export interface ReferenceInputProps {
  target: Target
  value: Picked
  onChange: (value: Picked) => void
  label: string
  id?: string
  isInvalid?: boolean
  describedBy?: string | undefined
  hasFocus?: boolean
  isRequired?: boolean
  /** In a grid the arrows move between lines while the list is closed. */
  isInGrid?: boolean
  /** Further conditions on what is offered, in the list's own grammar. */
  conditions?: Record<string, string> | undefined
}

interface PopupProps {
  id: string
  anchor: RefObject<HTMLInputElement | null>
  candidates: Candidate[]
  meta: DocumentMeta | undefined
  active: number
  isSettled: boolean
  onPick: (reference: Reference) => void
  onClose: () => void
}

/** The list under the input, placed over everything so that no scrolling box cuts it off. */
function Popup({ id, anchor, candidates, meta, active, isSettled, onPick, onClose }: PopupProps) {
  const t = useT()
  const box = useRef<HTMLDivElement>(null)
  const place = useCallback(() => {
    const rect = anchor.current?.getBoundingClientRect()
    const style = box.current?.style
    if (!rect || !style || !box.current) return
    const height = box.current.offsetHeight
    const isBelow = rect.bottom + height + 8 < window.innerHeight || rect.top < height + 8
    style.left = `${Math.min(rect.left, window.innerWidth - box.current.offsetWidth - 8)}px`
    style.minWidth = `${Math.max(rect.width, 240)}px`
    style.top = isBelow ? `${rect.bottom + 2}px` : `${rect.top - height - 2}px`
  }, [anchor])
  useLayoutEffect(place)
  // What comes or goes above the input (a message, a warning) moves it without any scrolling.
  useEffect(() => {
    let frame = requestAnimationFrame(function again() {
      place()
      frame = requestAnimationFrame(again)
    })
    return () => cancelAnimationFrame(frame)
  }, [place])
  useEffect(() => {
    const scrolled = (event: Event) => {
      if (!(event.target instanceof Node) || !box.current?.contains(event.target)) onClose()
    }
    window.addEventListener('scroll', scrolled, true)
    window.addEventListener('resize', onClose)
    return () => {
      window.removeEventListener('scroll', scrolled, true)
      window.removeEventListener('resize', onClose)
    }
  }, [onClose])
  return createPortal(
    <div ref={box} className="lookup-popup">
      <ul id={id} role="listbox" aria-label={t('lookup.results')}>
        {candidates.map(({ reference, state }, at) => (
          <li
            key={reference.id}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            onMouseDown={(event) => {
              event.preventDefault()
              onPick(reference)
            }}
          >
            <span className="lookup-code">{reference.number}</span>
            {reference.title !== reference.number && <span>{reference.title}</span>}
            {state && meta && <StateTag meta={meta} state={state} />}
          </li>
        ))}
      </ul>
      {candidates.length === 0 && (
        <div className="lookup-note" role="status">
          {isSettled ? t('lookup.nothing') : t('common.searching')}
        </div>
      )}
      <div className="lookup-note lookup-keys">
        <kbd>↑</kbd> <kbd>↓</kbd> <kbd>Enter</kbd> · <kbd>F7</kbd> {t('lookup.full')}
      </div>
    </div>,
    document.body,
  )
}

/** Text being typed, what it means, and the moment it becomes the value. */
function useTyping({ target, value, onChange, conditions }: ReferenceInputProps) {
  const [text, show] = useState<string | null>(null)
  // The same text without waiting for a render: leaving by Enter commits, and the blur that follows must find nothing left.
  const typed = useRef<string | null>(null)
  const setText = (next: string | null) => {
    typed.current = next
    show(next)
  }
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const lookup = useLookup(target, text ?? '', isOpen, conditions)
  const pick = (reference: Reference) => {
    setText(null)
    setOpen(false)
    onChange(reference)
  }
  const type = (next: string) => {
    setText(next)
    setActive(0)
    setOpen(true)
  }
  /** Leaving the field: empty clears, the marked hit counts once results are there, else the server reads the code. */
  const commit = (isConfirmed: boolean) => {
    setOpen(false)
    if (typed.current === null) return
    const words = typed.current.trim()
    setText(null)
    if (words === '') return value === null ? undefined : onChange(null)
    const marked = isConfirmed && lookup.isSettled ? lookup.candidates[active]?.reference : undefined
    const meant = marked ?? (lookup.isSettled ? meantBy(words, lookup.candidates) : null)
    onChange(meant ?? { id: null, number: words })
    if (!meant && !lookup.isSettled) {
      void lookup.findNow(words).then(
        (candidates) => {
          const found = meantBy(words, candidates)
          if (found) onChange(found)
        },
        () => undefined,
      )
    }
  }
  const step = (last: number) => {
    if (isOpen) setActive(Math.min(active + 1, last))
    else setOpen(true)
  }
  return { text, isOpen, setOpen, active, setActive, lookup, pick, type, commit, step }
}

type Typing = ReturnType<typeof useTyping>

/** Keys of the type-ahead; everything else goes on to the form or the grid around it. */
function lookupKey(event: KeyboardEvent<HTMLInputElement>, typing: Typing, isInGrid: boolean, openPicker: () => void) {
  if (event.nativeEvent.isComposing) return
  const { isOpen, active, lookup } = typing
  if (event.key === 'F7') openPicker()
  else if (event.key === 'ArrowDown' && (isOpen || !isInGrid)) typing.step(lookup.candidates.length - 1)
  else if (event.key === 'ArrowUp' && isOpen) typing.setActive(Math.max(active - 1, 0))
  else if (event.key === 'Escape' && isOpen) typing.setOpen(false)
  else {
    if (event.key === 'Enter' || event.key === 'Tab') typing.commit(true)
    return
  }
  event.preventDefault()
  event.stopPropagation()
}

interface ComboboxProps {
  props: ReferenceInputProps
  typing: Typing
  listId: string
  input: RefObject<HTMLInputElement | null>
  isPicking: boolean
  openPicker: () => void
}

function Combobox({ props, typing, listId, input, isPicking, openPicker }: ComboboxProps) {
  const { value, label, id, isInvalid = false, describedBy, hasFocus = false, isRequired = false, isInGrid } = props
  const { text, isOpen, active, lookup } = typing
  return (
    <input
      ref={input}
      id={id}
      role="combobox"
      aria-label={id ? undefined : label}
      aria-expanded={isOpen}
      aria-controls={isOpen ? listId : undefined}
      aria-autocomplete="list"
      aria-activedescendant={isOpen && lookup.candidates[active] ? `${listId}-${active}` : undefined}
      aria-invalid={isInvalid}
      aria-describedby={describedBy}
      aria-required={isRequired}
      size={isInGrid ? (isUnit(props.target.key) ? 9 : 30) : undefined}
      autoComplete="off"
      spellCheck={false}
      autoFocus={hasFocus}
      value={text ?? (value ? readText(value) : '')}
      onChange={(event) => typing.type(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={() => {
        if (!isPicking) typing.commit(false)
      }}
      onClick={() => typing.setOpen(true)}
      onKeyDown={(event) => lookupKey(event, typing, isInGrid ?? false, openPicker)}
    />
  )
}

/** A reference, found by typing code, name or pinyin initials, or in the full list by F7. */
export function ReferenceInput(props: ReferenceInputProps) {
  const { target, label, isInvalid = false, conditions } = props
  const t = useT()
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const [isPicking, setPicking] = useState(false)
  const typing = useTyping(props)
  const { text, isOpen, setOpen, active, lookup } = typing
  const openPicker = () => {
    typing.setOpen(false) // its list would lie over the dialog
    setPicking(true)
  }
  const closePicker = () => {
    setPicking(false)
    input.current?.focus()
  }
  const picked = (reference: Reference) => {
    typing.pick(reference)
    closePicker()
  }
  const box = { props, typing, listId, input, isPicking, openPicker }
  const search = t('lookup.open', { label })
  return (
    <span className={isInvalid ? 'reference-input input-invalid' : 'reference-input'}>
      <Combobox {...box} />
      <button type="button" tabIndex={-1} className="reference-button" aria-label={search} onClick={openPicker}>
        <SearchOutlined />
      </button>
      {isOpen && (
        <Popup
          id={listId}
          anchor={input}
          candidates={lookup.candidates}
          meta={lookup.meta}
          active={active}
          isSettled={lookup.isSettled}
          onPick={typing.pick}
          onClose={() => setOpen(false)}
        />
      )}
      {isPicking && (
        <RecordPicker
          target={target}
          label={label}
          words={text ?? ''}
          conditions={conditions}
          onClose={closePicker}
          onPick={picked}
        />
      )}
    </span>
  )
}
