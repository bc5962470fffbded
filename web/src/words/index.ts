import { usePreferences } from '@/app/preferences';
import * as app from './app';
import * as elements from './elements';

const en = { app: app.en, elements: elements.en };
const catalogues: Record<'en' | 'zh', typeof en> = {
  en,
  zh: { app: app.zh, elements: elements.zh },
};

export type Words = typeof en;

/** The texts of the chosen language; panels that load late import their own section. */
export function useWords(): Words {
  return catalogues[usePreferences().language];
}

/** The section of a panel in the chosen language, from the panel's own catalogue file. */
export function useSection<T>(section: { en: T; zh: T }): T {
  return section[usePreferences().language];
}
