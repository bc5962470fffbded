import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { taskQuery } from '@/api/elements';
import { may, type Session } from '@/api/session';
import { resumeTask, switchTask } from '@/api/tasks';
import { deleteElement } from '@/api/trash';
import type { EditedFiles } from '@/editor/edited-files';
import { useFile } from '@/editor/use-file';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Menu, MenuItem, MenuTrigger } from '@/parts/Menu';
import { tell, tellError } from '@/parts/Toasts';
import { useRestore } from '@/trash/use-restore';
import { useSection } from '@/words';
import * as words from '@/words/element';
import { DuplicateDialog } from './DuplicateDialog';
import { factsOf } from './document';
import { PauseDialog } from './PauseDialog';
import { RunNow } from './RunNow';
import { useAction } from './use-action';

interface Props {
  name: string;
  title: string;
  files: EditedFiles;
  session: Session;
}

/** What can be done to a task, as far as the role allows it (rules C20, C23). */
export function TaskActions({ name, title, files, session }: Props) {
  const { buffer } = useFile(files.first);
  const { data } = useQuery(taskQuery(name));
  if (!may(session, 'operate') || data === undefined || buffer === null) return null;
  const { state } = data.task;
  return (
    <>
      <RunNow
        task={name}
        title={title}
        facts={factsOf(buffer.base.text)}
        hasEdits={() => files.isDirty}
      />
      {state !== 'disabled' && (
        <PauseOrResume name={name} title={title} paused={state === 'paused'} />
      )}
      {may(session, 'edit') && <EnableOrDisable name={name} enabled={state !== 'disabled'} />}
    </>
  );
}

interface PauseProps {
  name: string;
  title: string;
  paused: boolean;
}

function PauseOrResume({ name, title, paused }: PauseProps) {
  const text = useSection(words);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const resume = () =>
    action.mutate(async () => {
      await resumeTask(name);
      tell({ text: text.resumed });
    });
  return (
    <>
      <Button isPending={action.isPending} onPress={paused ? resume : () => setAsking(true)}>
        <Icon name={paused ? 'play' : 'pause'} />
        {paused ? text.resume : text.pause}
      </Button>
      {asking && <PauseDialog task={name} title={title} close={() => setAsking(false)} />}
    </>
  );
}

function EnableOrDisable({ name, enabled }: { name: string; enabled: boolean }) {
  const text = useSection(words);
  const action = useAction();
  const change = () =>
    action.mutate(async () => {
      await switchTask(name, !enabled);
      tell({ text: enabled ? text.disabled : text.enabled });
    });
  return (
    <Button isPending={action.isPending} onPress={change}>
      {enabled ? text.disable : text.enable}
    </Button>
  );
}

/** Copying and deleting, of any element. */
export function MoreMenu({ name, title }: { name: string; title: string }) {
  const text = useSection(words);
  const [copying, setCopying] = useState(false);
  const action = useAction();
  const navigate = useNavigate();
  const restore = useRestore();
  const remove = () =>
    action.mutate(async () => {
      // left first, so that nothing here asks for files that are gone; drafts are kept
      await navigate({ to: '/', ignoreBlocker: true });
      try {
        const { trash } = await deleteElement(name);
        const undo = () => void restore(trash).catch(tellError);
        tell({
          text: text.deleted(title),
          action: { label: text.undo, run: undo },
          about: trash,
        });
      } catch (error) {
        await navigate({ to: '/elements/$name', params: { name } });
        throw error;
      }
    });
  return (
    <>
      <MenuTrigger>
        <Button square look="quiet" aria-label={text.more}>
          <Icon name="more" />
        </Button>
        <Menu placement="bottom end">
          <MenuItem onAction={() => setCopying(true)}>
            <Icon name="copy" />
            {text.duplicate}
          </MenuItem>
          <MenuItem onAction={remove}>
            <Icon name="trash" />
            {text.delete}
          </MenuItem>
        </Menu>
      </MenuTrigger>
      {copying && <DuplicateDialog element={name} title={title} close={() => setCopying(false)} />}
    </>
  );
}
