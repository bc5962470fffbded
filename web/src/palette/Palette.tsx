import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState } from 'react';
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
  Text,
} from 'react-aria-components';
import { useTree } from '@/api/shared-files';
import type { ElementDialog } from '@/new-element/NewElementMenu';
import { Icon, type IconName } from '@/parts/Icon';
import { useSection } from '@/words';
import * as paletteWords from '@/words/palette';
import { type Entry, found } from './found';
import style from './Palette.module.css';
import { type Action, useActions } from './use-actions';

interface Props {
  close: () => void;
  make: (kind: ElementDialog) => void;
}

const MOST_ELEMENTS = 30;
const RECORD = /^#?(\d{1,15})$/;
const icons: Record<string, IconName> = {
  tasks: 'clock',
  services: 'service',
  models: 'model',
  databases: 'database',
  shared: 'code',
};

/** Finds elements, pages and actions by a few letters (rule C21). */
export default function Palette({ close, make }: Props) {
  const words = useSection(paletteWords);
  const [typed, setTyped] = useState('');
  const text = useDeferredValue(typed);
  const navigate = useNavigate();
  const { data: tree } = useTree();
  const entries = useMemo(
    () =>
      (tree ?? []).map(({ name, title, kind }) => ({ id: name, label: title, hint: name, kind })),
    [tree],
  );
  const actions = useActions(make);
  const elements = text.trim() === '' ? [] : found(entries, text, MOST_ELEMENTS);
  const offered = [...recordOf(text), ...found(actions, text, actions.length)];

  function recordOf(searched: string): Action[] {
    const run = RECORD.exec(searched.trim())?.[1];
    if (run === undefined) return [];
    const go = () => void navigate({ to: '/records/$id', params: { id: run } });
    return [{ id: `record ${run}`, label: words.record(run), hint: '', icon: 'list', run: go }];
  }

  const use = (key: string) => {
    close();
    const chosen = offered.find((action) => action.id === key);
    if (chosen) chosen.run();
    else void navigate({ to: '/elements/$name', params: { name: key } });
  };

  return (
    <ModalOverlay isOpen isDismissable onOpenChange={close} className={style.overlay}>
      <Modal className={style.modal}>
        <Dialog aria-label={words.title} className={style.dialog}>
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField autoFocus aria-label={words.title} className={style.search}>
              <Icon name="search" />
              <Input placeholder={words.placeholder} />
            </SearchField>
            <Menu
              aria-label={words.title}
              className={style.menu}
              onAction={(key) => use(String(key))}
              renderEmptyState={() => <p className={style.nothing}>{words.nothing}</p>}
            >
              {elements.length > 0 && (
                <MenuSection>
                  <Header>{words.elements}</Header>
                  {elements.map((entry) => (
                    <Item key={entry.id} entry={entry} icon={icons[entry.kind] ?? 'folder'} />
                  ))}
                </MenuSection>
              )}
              {offered.length > 0 && (
                <MenuSection>
                  <Header>{words.actions}</Header>
                  {offered.map((action) => (
                    <Item key={action.id} entry={action} icon={action.icon} />
                  ))}
                </MenuSection>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Item({ entry, icon }: { entry: Entry; icon: IconName }) {
  return (
    <MenuItem id={entry.id} textValue={entry.label} className={style.item}>
      <Icon name={icon} />
      <Text slot="label" className={style.label}>
        <span>{entry.label}</span> <span className={style.hint}>{entry.hint}</span>
      </Text>
    </MenuItem>
  );
}
