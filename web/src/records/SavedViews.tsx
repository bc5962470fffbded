import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { Field } from '@/parts/Field';
import { Icon } from '@/parts/Icon';
import { Menu, MenuItem, MenuTrigger, SubmenuTrigger } from '@/parts/Menu';
import { useSection, useWords } from '@/words';
import * as words from '@/words/records';
import type { RecordSearch } from './search';
import { removeView, saveView, useViews } from './views';

/** Filters that were saved under a name, in this browser. */
export function SavedViews({ current }: { current: RecordSearch }) {
  const text = useSection(words);
  const views = useViews();
  const navigate = useNavigate();
  const [saving, setSaving] = useState(false);
  return (
    <>
      <MenuTrigger>
        <Button>
          {text.views}
          <Icon name="down" />
        </Button>
        <Menu placement="bottom end">
          {views.map((view) => (
            <MenuItem
              key={view.name}
              onAction={() => void navigate({ to: '/records', search: view.search })}
            >
              {view.name}
            </MenuItem>
          ))}
          <MenuItem isDisabled={Object.keys(current).length === 0} onAction={() => setSaving(true)}>
            {text.saveView}
          </MenuItem>
          {views.length > 0 && (
            <SubmenuTrigger>
              <MenuItem>{text.removeViews}</MenuItem>
              <Menu>
                {views.map((view) => (
                  <MenuItem key={view.name} onAction={() => removeView(view.name)}>
                    {text.removeView(view.name)}
                  </MenuItem>
                ))}
              </Menu>
            </SubmenuTrigger>
          )}
        </Menu>
      </MenuTrigger>
      {saving && <SaveView search={current} close={() => setSaving(false)} />}
    </>
  );
}

const FORM = 'save-view';

function SaveView({ search, close }: { search: RecordSearch; close: () => void }) {
  const text = useSection(words);
  const { app } = useWords();
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saveView(name.trim(), search);
    close();
  };
  return (
    <Dialog
      isOpen
      isDismissable
      onOpenChange={close}
      title={text.saveView}
      actions={
        <>
          <Button onPress={close}>{app.cancel}</Button>
          <Button type="submit" form={FORM} look="primary" isDisabled={name.trim() === ''}>
            {text.save}
          </Button>
        </>
      }
    >
      <form id={FORM} onSubmit={submit}>
        <Field autoFocus label={text.viewName} value={name} onChange={setName} />
      </form>
    </Dialog>
  );
}
