import './styles/tokens.css';
import './styles/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { applyPreferences } from './app/preferences';

applyPreferences();
const place = document.getElementById('page');
if (place === null) throw new Error('the page has no place to stand');
createRoot(place).render(<App />);
