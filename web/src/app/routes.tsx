import { createBrowserRouter } from 'react-router'
import { Broken } from './Broken'
import { HomePage } from '../modules/insight/HomePage'
import { OpenDocument, PathPage } from './PathPage'
import { Shell } from './Shell'

export const router = createBrowserRouter([
  {
    path: '/',
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      {
        // Inside the shell, so that menu and search stay.
        errorElement: <Broken />,
        children: [
          { index: true, element: <HomePage /> },
          { path: 'open/:key/:id', element: <OpenDocument /> },
          { path: '*', element: <PathPage /> },
        ],
      },
    ],
  },
])
