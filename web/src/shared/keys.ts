/** True while keys mean text: single-letter shortcuts must not fire then, nor under an open dialog. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
    return !(target instanceof HTMLInputElement && (target.type === 'checkbox' || target.type === 'radio'))
  }
  return target.closest('[role="dialog"], [role="listbox"], [role="menu"]') !== null
}
