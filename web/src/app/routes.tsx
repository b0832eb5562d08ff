import { createBrowserRouter } from 'react-router'
import { HomePage } from '../modules/insight/HomePage'
import { OpenDocument, PathPage } from './PathPage'
import { Shell } from './Shell'

export const router = createBrowserRouter([
  {
    path: '/',
    element: <Shell />,
    children: [
      { index: true, element: <HomePage /> },
      { path: 'open/:key/:id', element: <OpenDocument /> },
      { path: '*', element: <PathPage /> },
    ],
  },
])
