import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { may, sessionQuery } from '@/api/session';
import { setPreferences, usePreferences } from '@/app/preferences';
import type { ElementDialog, NewKind } from '@/new-element/NewElementMenu';
import type { IconName } from '@/parts/Icon';
import { useSection } from '@/words';
import * as elementWords from '@/words/new-element';
import * as paletteWords from '@/words/palette';
import * as trashWords from '@/words/trash';
import type { Entry } from './found';

export interface Action extends Entry {
  icon: IconName;
  run: () => void;
}

const makable: readonly [NewKind, keyof typeof elementWords.en][] = [
  ['scheduled', 'scheduledTask'],
  ['dateField', 'dateFieldTask'],
  ['service', 'service'],
  ['model', 'model'],
  ['database', 'database'],
];
const themes = ['light', 'dark', 'system'] as const;

/** What can be done from anywhere, as far as the session may. */
export function useActions(make: (kind: ElementDialog) => void): Action[] {
  const words = useSection(paletteWords);
  const kinds = useSection(elementWords);
  const trash = useSection(trashWords);
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const { language, theme } = usePreferences();

  const pages: Action[] = [
    action('overview', words.overview, 'clock', () => void navigate({ to: '/' })),
    action('records', words.records, 'list', () => void navigate({ to: '/records' })),
    action('executing', words.executing, 'play', () => {
      void navigate({ to: '/records', search: { status: 'executing' } });
    }),
    action('failed', words.failed, 'warning', () => {
      void navigate({ to: '/records', search: { status: 'failed' } });
    }),
  ];
  const making =
    session && may(session, 'edit')
      ? [
          ...makable.map(([kind, name]) =>
            action(`new ${kind}`, words.create(String(kinds[name])), 'plus', () => make(kind)),
          ),
          action('trash', trash.open, 'trash', () => make('trash')),
        ]
      : [];
  const other = language === 'en' ? 'zh' : 'en';
  const preferences = [
    action(`language ${other}`, words.language[other], 'gear', () =>
      setPreferences({ language: other }),
    ),
    ...themes
      .filter((each) => each !== theme)
      .map((each) =>
        action(`theme ${each}`, words.theme[each], 'gear', () => setPreferences({ theme: each })),
      ),
  ];
  return [...making, ...pages, ...preferences];
}

function action(id: string, label: string, icon: IconName, run: () => void): Action {
  return { id, label, hint: '', icon, run };
}
