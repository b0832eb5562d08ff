/** Lists and documents with all that they need: one part of the application, fetched while the first page is read. */
import '../modules/finance/voucherGrid'

export { DocumentPage } from '../documents/DocumentPage'
export { ListPage } from '../documents/ListPage'
