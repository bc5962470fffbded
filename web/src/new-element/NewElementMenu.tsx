import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { may, sessionQuery } from '@/api/session';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Menu, MenuItem, MenuTrigger, Separator, SubmenuTrigger } from '@/parts/Menu';
import { useSection, useWords } from '@/words';
import * as words from '@/words/new-element';
import * as trash from '@/words/trash';

export type NewKind = 'scheduled' | 'dateField' | 'service' | 'model' | 'database';
export type ElementDialog = NewKind | 'trash';

const NewElement = lazy(() => import('./NewElement'));

/** The `+` beside the search: what can be made, and what was deleted (rules C5, C20). */
export function NewElementMenu() {
  const { app } = useWords();
  const text = useSection(words);
  const { open } = useSection(trash);
  const { data: session } = useQuery(sessionQuery);
  const [making, setMaking] = useState<ElementDialog | null>(null);
  if (session === undefined || !may(session, 'edit')) return null;
  const make = (key: unknown) => setMaking(key as ElementDialog);
  return (
    <>
      <MenuTrigger>
        <Button square aria-label={app.newElement}>
          <Icon name="plus" />
        </Button>
        <Menu onAction={make}>
          <SubmenuTrigger>
            <MenuItem id="task">{text.backgroundTask}</MenuItem>
            <Menu onAction={make} placement={isNarrow() ? 'bottom start' : 'end top'}>
              <MenuItem id="scheduled">{text.scheduledTask}</MenuItem>
              <MenuItem id="dateField">{text.dateFieldTask}</MenuItem>
            </Menu>
          </SubmenuTrigger>
          <MenuItem id="service">{text.service}</MenuItem>
          <MenuItem id="model">{text.model}</MenuItem>
          <MenuItem id="database">{text.database}</MenuItem>
          <Separator />
          <MenuItem id="trash">{open}</MenuItem>
        </Menu>
      </MenuTrigger>
      {making && (
        <Suspense>
          <NewElement kind={making} close={() => setMaking(null)} />
        </Suspense>
      )}
    </>
  );
}

/** Whether there is no room beside a menu for another. */
function isNarrow(): boolean {
  return matchMedia('(width < 760px)').matches;
}
