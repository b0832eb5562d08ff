export class Problem extends Error {
  constructor(status, code, title, errors = []) {
    super(title)
    Object.assign(this, { status, code, errors })
  }
}
