import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Modal } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useBlocker, useLocation } from 'react-router'
import { request } from '../api/client'
import { ApiProblem } from '../api/problem'
import type { DocumentMeta, DraftBody, Field, ListAnswer, RecordData, Row, SectionMeta, Value } from '../api/types'
import { rememberPath, useApplication, useCompanyFilter } from '../app/application'
import { type Translate, useT } from '../app/i18n/language'
import { usePlace } from '../app/place'
import { rememberRecent } from '../app/recent'
import { useSession } from '../app/session'
import { formatInstant, nowInstant, todayIn } from '../shared/instants'
import { Loading } from '../shared/Loading'
import { ProblemAlert, ProblemPage } from '../shared/ProblemView'
import { ActionBar } from './ActionBar'
import { ConflictDialog } from './ConflictDialog'
import type { NewRecordState } from './Conversions'
import { DocumentPanel, usePanelFold } from './DocumentPanel'
import { ErrorSummary } from './ErrorSummary'
import { FieldControl } from './FieldControl'
import { FieldValue } from './FieldValue'
import { habitsOf } from './gridHabits'
import { LinesGrid } from './LinesGrid'
import { StateTag } from './StateTag'
import { useDocumentForm, type DocumentForm } from './useDocumentForm'
import { isEmpty, isNumberType, isReference, isSaidOfNew, readText, recordTitle, shownValue } from './values'

function fieldValue(form: DocumentForm, field: Field): unknown {
  const stored = form.state.base === null ? (field.default ?? field.proposed) : form.state.base[field.name]
  return shownValue(form.state.edits[field.name], form.preview?.record[field.name], stored)
}

/** On a new record what is to be typed, what the server says already, and the totals under the lines. */
function saidFields(section: SectionMeta, meta: DocumentMeta, form: DocumentForm): Field[] {
  const fields = section.fields.flatMap((name) => meta.fields[name] ?? [])
  if (form.state.base !== null) return fields
  const isTotal = (field: Field) => field.type === 'amount' && isBelow(section, meta)
  return fields.filter((field) => isTotal(field) || isSaidOfNew(field, fieldValue(form, field)))
}

function SectionFields({
  meta,
  section,
  form,
  firstField,
}: {
  meta: DocumentMeta
  section: SectionMeta
  form: DocumentForm
  firstField: string | null
}) {
  const row = Object.fromEntries(Object.values(meta.fields).map((field) => [field.name, fieldValue(form, field)]))
  const fields = saidFields(section, meta, form)
  return (
    <div className={form.isEditable ? 'fields' : 'fields fields-read'}>
      {fields.map((field) => (
        <FieldControl
          key={field.name}
          field={field}
          value={row[field.name]}
          row={row}
          error={form.messages[field.name]}
          hasFocus={field.name === firstField}
          {...(form.isEditable && !field.read_only
            ? { onChange: (value) => form.dispatch({ type: 'set', field: field.name, value }) }
            : {})}
        />
      ))}
    </div>
  )
}

function Section({
  meta,
  section,
  form,
  firstField,
}: {
  meta: DocumentMeta
  section: SectionMeta
  form: DocumentForm
  firstField: string | null
}) {
  const [isOpen, setOpen] = useState(!section.folded)
  const isAsked = section.fields.some(
    (name) => form.messages[name] !== undefined || form.warnings.some((warning) => warning.answer === name),
  )
  useEffect(() => {
    if (isAsked) setOpen(true)
  }, [isAsked])
  const body = <SectionFields meta={meta} section={section} form={form} firstField={firstField} />
  if (!section.folded) {
    return (
      <section
        className={isBelow(section, meta) ? 'section section-below' : 'section'}
        aria-labelledby={`section-${section.key}`}
      >
        <h2 id={`section-${section.key}`}>{section.label}</h2>
        {body}
      </section>
    )
  }
  return (
    <details
      className="section"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid={`section-${section.key}`}
    >
      <summary>
        <h2>{section.label}</h2>
      </summary>
      {isOpen && body}
    </details>
  )
}

function Notices({ form, meta, timeZone }: { form: DocumentForm; meta: DocumentMeta; timeZone: string | undefined }) {
  const t = useT()
  return (
    <>
      {form.draftAt && form.isDirty && (
        <Alert
          type="info"
          showIcon
          title={t('document.draftRestored', { at: formatInstant(form.draftAt, timeZone) })}
          action={
            <Button size="small" onClick={form.discard}>
              {t('document.discardDraft')}
            </Button>
          }
        />
      )}
      {form.problem && <ProblemAlert error={form.problem} onClose={form.closeProblem} />}
      <ErrorSummary meta={meta} errors={form.errors.filter((one) => !form.problem || one.place.kind !== 'record')} />
      {form.warnings.map((warning, at) => (
        <Alert
          key={`${warning.code ?? ''}${at}`}
          type="warning"
          showIcon
          title={warning.message}
          description={warning.hint ?? undefined}
        />
      ))}
    </>
  )
}

/** Asks before work is lost: on leaving the page inside the application and on closing the tab. */
function LeaveGuard({ form }: { form: DocumentForm }) {
  const t = useT()
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => form.isUnsaved() && currentLocation.pathname !== nextLocation.pathname,
  )
  const { isDirty } = form
  useEffect(() => {
    if (!isDirty) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isDirty])
  if (blocker.state !== 'blocked') return null
  const leave = () => {
    form.discard()
    blocker.proceed()
  }
  const saveAndLeave = () => void form.save().then((record) => (record ? blocker.proceed() : blocker.reset()))
  return (
    <Modal
      open
      title={t('leave.title')}
      onCancel={() => blocker.reset()}
      width={460}
      footer={[
        <Button key="stay" onClick={() => blocker.reset()}>
          {t('leave.stay')}
        </Button>,
        <Button key="discard" danger onClick={leave}>
          {t('leave.discard')}
        </Button>,
        <Button key="save" type="primary" loading={form.isSaving} onClick={saveAndLeave}>
          {t('leave.save')}
        </Button>,
      ]}
    >
      <p>{t('leave.text')}</p>
    </Modal>
  )
}

function useSaveKey(form: DocumentForm): void {
  const latest = useRef(form)
  latest.current = form
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return
      event.preventDefault()
      // Leaving the field first takes in what is being typed; the next task sees it.
      const field = document.activeElement
      if (field instanceof HTMLElement) field.blur()
      setTimeout(() => {
        if (
          latest.current.isEditable &&
          !latest.current.isSaving &&
          (latest.current.isDirty || latest.current.state.base === null)
        )
          void latest.current.save()
        if (field instanceof HTMLElement && field.isConnected) field.focus()
      })
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [])
}

/** The amount that says how large a document is. */
const AMOUNTS = ['amount_gross', 'amount', 'amount_debit']

/** With whom or of what, when and how much: what tells one document from another at a glance. */
function Facts({ meta, base }: { meta: DocumentMeta; base: RecordData }) {
  const { company } = useApplication()
  const currency = meta.fields['currency'] ? base['currency'] : company?.currency
  const unit = base['unit']
  const goods = meta.party ? [meta.party] : isReference(unit) ? ['item', 'quantity'] : ['item']
  const date = meta.date ?? Object.values(meta.fields).find((field) => field.type === 'instant' && field.required)?.name
  const names = [...goods, date, AMOUNTS.find((name) => meta.fields[name]?.type === 'amount')]
  const facts = names.flatMap((name) => {
    const field = name ? meta.fields[name] : undefined
    return field && !isEmpty(base[field.name]) ? [field] : []
  })
  return (
    <>
      {facts.map((field) => (
        <span key={field.name} className={field.type === 'amount' ? 'document-amount' : undefined}>
          {field.type === 'amount' && typeof currency === 'string' ? `${currency} ` : ''}
          <FieldValue field={field} value={base[field.name]} isLinked />
          {field.type === 'quantity' && isReference(unit) && ` ${readText(unit)}`}
        </span>
      ))}
    </>
  )
}

/** A document without a number yet is called by its kind. */
function titleOf(base: RecordData | null, meta: DocumentMeta, t: Translate): string {
  if (base === null) return t('document.new', { label: meta.label })
  return recordTitle(base, meta) || `${meta.label} #${base.id}`
}

function DocumentHead({ meta, form }: { meta: DocumentMeta; form: DocumentForm }) {
  const t = useT()
  const { company } = useApplication()
  const base = form.state.base
  const title = titleOf(base, meta, t)
  return (
    <div className="document-head">
      <div className="document-title">
        <h1>{title}</h1>
        {base?.state && <StateTag meta={meta} state={base.state} />}
        {form.isDirty && (
          <span className="unsaved" data-testid="unsaved">
            {t('document.unsaved')}
          </span>
        )}
      </div>
      {base && (
        <div className="document-facts">
          {meta.lines.length > 0 && <Facts meta={meta} base={base} />}
          {base.updated_at && (
            <span className="secondary">
              {t('document.updated', {
                at: formatInstant(base.updated_at, company?.time_zone),
                name: base.updated_by?.name ?? '',
              })}
            </span>
          )}
        </div>
      )}
    </div>
  )
}

/** Fields to be filled in that no section names must not be lost: they come last, in a section of their own. */
function sectionsOf(meta: DocumentMeta, otherLabel: string): SectionMeta[] {
  const named = new Set(meta.sections.flatMap((section) => section.fields))
  const rest = Object.keys(meta.fields).filter(
    (name) => !named.has(name) && (meta.sections.length === 0 || meta.fields[name]?.read_only === false),
  )
  return rest.length === 0
    ? meta.sections
    : [...meta.sections, { key: 'other', label: otherLabel, fields: rest, folded: meta.sections.length > 0 }]
}

/**
 * An instant that must be given begins as now, and a day of a document with somebody as today. Further header dates
 * that begin with today, and fields that a grid's totals repeat, are as the habits of its collections say.
 */
function withHabits(meta: DocumentMeta, today: string, now: string, last: Row | null): DocumentMeta {
  const habits = meta.lines.flatMap((lines) => habitsOf(lines) ?? [])
  const dates = habits.flatMap((one) => one.today)
  const repeated = habits.flatMap((one) => one.repeated)
  const begun = (name: string, field: Field): Field => {
    if (field.read_only || !isEmpty(field.default)) return field
    const continued = last && meta.continued?.includes(name) ? last[name] : null
    if (!isEmpty(continued)) return { ...field, proposed: continued as Value }
    const isDay = field.type === 'date' && field.required && Boolean(meta.party)
    if (isDay || dates.includes(name)) return { ...field, proposed: today }
    return field.type === 'instant' && field.required ? { ...field, proposed: now } : field
  }
  const fields = Object.entries(meta.fields).map(([name, field]) => [name, begun(name, field)] as const)
  const sections = meta.sections
    .map((section) => ({ ...section, fields: section.fields.filter((name) => !repeated.includes(name)) }))
    .filter((section) => section.fields.length > 0)
  return { ...meta, fields: Object.fromEntries(fields), sections }
}

/** Where typing begins on a new record: the first field that is neither computed nor filled already. */
function emptyField(section: SectionMeta | undefined, meta: DocumentMeta): string | null {
  const writable = (section?.fields ?? []).flatMap((name) => meta.fields[name] ?? []).filter((field) => !field.read_only)
  const empty = writable.find((field) => isEmpty(field.default) && isEmpty(field.proposed))
  return (empty ?? writable[0])?.name ?? null
}

function isComputed(section: SectionMeta, meta: DocumentMeta): boolean {
  return section.fields.length > 0 && section.fields.every((name) => meta.fields[name]?.read_only === true)
}

/** Totals stand under the lines that they are made of. */
function isBelow(section: SectionMeta, meta: DocumentMeta): boolean {
  const areNumbers = section.fields.every((name) => isNumberType(meta.fields[name]?.type ?? 'text'))
  return meta.lines.length > 0 && areNumbers && isComputed(section, meta)
}

/** What is computed and says nothing (no, nothing, none) takes no room. */
function isSaying(section: SectionMeta, meta: DocumentMeta, base: RecordData | null): boolean {
  const isNothing = (name: string) => isEmpty(base?.[name]) || base?.[name] === false
  return !isComputed(section, meta) || isBelow(section, meta) || !section.fields.every(isNothing)
}

interface DocumentViewProps {
  meta: DocumentMeta
  record: RecordData | null
  /** The newest record of its kind, with what a new one continues. */
  last?: Row | null
  begin?: DraftBody | null
}

function useRecent(meta: DocumentMeta, base: RecordData | null): void {
  const t = useT()
  const { user } = useSession()
  const { company } = useApplication()
  const id = base?.id
  const text = base === null ? '' : titleOf(base, meta, t)
  useEffect(() => {
    if (id !== undefined)
      rememberRecent(user.id, company?.id ?? null, { key: meta.key, path: meta.path, id, text, label: meta.label })
  }, [id, text, meta, user.id, company])
}

function DocumentView({ meta: declared, record, last = null, begin = null }: DocumentViewProps) {
  const t = useT()
  const { app, company } = useApplication()
  const meta = useMemo(
    () => withHabits(declared, todayIn(company?.time_zone), nowInstant(), last),
    [declared, company, last],
  )
  const form = useDocumentForm(meta, record, begin)
  const { isFolded, toggle } = usePanelFold(meta, form.isEditable)
  useSaveKey(form)
  const group = app.menu.find((one) => one.entries.some((entry) => entry.key === meta.key))
  const base = form.state.base
  useRecent(meta, base)
  usePlace([
    ...(group ? [{ label: group.label }] : []),
    { label: meta.plural, to: `/${meta.path}` },
    { label: titleOf(base, meta, t) },
  ])
  const all = sectionsOf(meta, t('document.other')).filter(
    (section) => isSaying(section, meta, base) && saidFields(section, meta, form).length > 0,
  )
  const sections = all.filter((section) => !isBelow(section, meta))
  const firstField = base === null ? emptyField(sections[0], meta) : null
  return (
    <div className={base ? `document ${isFolded ? 'document-with-rail' : 'document-with-panel'}` : 'document'}>
      <div className="document-main">
        <div className="document-top">
          <DocumentHead meta={meta} form={form} />
          <ActionBar meta={meta} form={form} />
        </div>
        <div className="document-body">
          <Notices form={form} meta={meta} timeZone={company?.time_zone} />
          {sections.map((section) => (
            <Section key={section.key} meta={meta} section={section} form={form} firstField={firstField} />
          ))}
          {meta.lines.map((lines) => (
            <LinesGrid
              key={lines.name}
              owner={meta.key}
              meta={lines}
              lines={form.state.lines[lines.name] ?? []}
              isEditable={form.isEditable}
              messages={form.messages}
              computed={form.preview?.lines[lines.name] ?? {}}
              dispatch={form.dispatch}
            />
          ))}
          {all.filter((section) => isBelow(section, meta)).map((section) => (
            <Section key={section.key} meta={meta} section={section} form={form} firstField={null} />
          ))}
        </div>
      </div>
      {base && <DocumentPanel meta={meta} id={base.id} isFolded={isFolded} onToggle={toggle} />}
      {form.conflict && (
        <ConflictDialog
          meta={meta}
          theirs={form.conflict.theirs}
          differences={form.conflict.differences}
          onResolve={form.resolve}
          onClose={form.closeConflict}
        />
      )}
      <LeaveGuard form={form} />
    </div>
  )
}

function WaitingDocument() {
  return (
    <div className="page">
      <Loading rows={8} />
    </div>
  )
}

/** The newest record of a kind whose new ones continue some of its fields. */
function useLast(meta: DocumentMeta, isNew: boolean) {
  const ofCompany = useCompanyFilter(meta)
  const fields = (meta.continued ?? []).join(',')
  return useQuery({
    queryKey: ['list', meta.key, 'last', fields, ofCompany],
    queryFn: ({ signal }) =>
      request<ListAnswer>(meta.path, { params: { ...ofCompany, sort: '-id', limit: 1, fields }, signal }),
    enabled: isNew && fields !== '',
    retry: false,
  })
}

export function DocumentPage({ meta, id }: { meta: DocumentMeta; id: number | null }) {
  const t = useT()
  const record = useQuery({
    queryKey: ['record', meta.key, id],
    queryFn: ({ signal }) => request<RecordData>(`${meta.path}/${id}`, { signal }),
    enabled: id !== null,
  })
  const last = useLast(meta, id === null)
  const state = useLocation().state as NewRecordState | null
  useEffect(() => rememberPath(meta.path, meta.key), [meta.path, meta.key])
  const list = { to: `/${meta.path}`, label: meta.plural }
  if (id === null && !meta.may.create) {
    const message = t('document.mayNotCreate', { name: meta.label })
    const error = { code: 'permission.denied', message, hint: t('document.askForRole') }
    return <ProblemPage error={new ApiProblem(403, { detail: message, errors: [error] })} back={list} />
  }
  if (id === null && last.isLoading) return <WaitingDocument />
  if (id === null)
    return <DocumentView meta={meta} record={null} last={last.data?.rows[0] ?? null} begin={state?.draft ?? null} />
  if (record.data) return <DocumentView meta={meta} record={record.data} />
  if (record.isError) return <ProblemPage error={record.error} onRetry={() => void record.refetch()} back={list} />
  return <WaitingDocument />
}
