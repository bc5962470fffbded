import { useSyncExternalStore } from 'react';

export type Language = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';

interface Preferences {
  language: Language;
  theme: Theme;
}

const KEY = 'jittask-preferences';
const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  const preferred: Language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const defaults: Preferences = { language: preferred, theme: 'system' };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      language: kept.language === 'zh' || kept.language === 'en' ? kept.language : preferred,
      theme: kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : 'system',
    };
  } catch {
    return defaults; // what another program wrote there is not ours to read
  }
}

export function applyPreferences(): void {
  document.documentElement.lang = current.language;
  document.documentElement.dataset.theme = current.theme;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem(KEY, JSON.stringify(current));
  applyPreferences();
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
