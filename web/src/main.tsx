import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { giveStylesTheNonce } from './app/nonce'
import './app/colours.css'
import './app/app.css'

giveStylesTheNonce()
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(<App />)
