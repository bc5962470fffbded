import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { tryTask } from '@/api/tasks';
import type { EditedFiles } from '@/editor/edited-files';
import { useFile } from '@/editor/use-file';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/try';
import { factsOf } from './document';
import { RowPicker } from './RowPicker';
import { TrialOutcome } from './TrialOutcome';
import style from './TryPanel.module.css';
import { type Tried, unsavedTexts } from './trial';

interface Props {
  task: string;
  files: EditedFiles;
  /** Takes each trial, so that the source can show its error; null while one runs. */
  onTried: (tried: Tried | null) => void;
}

/** Runs the function now on what is in the editor, its changes rolled back (rule C15). */
export function TryPanel({ task, files, onTried }: Props) {
  const text = useSection(words);
  const { buffer } = useFile(files.first);
  const { isOfRows, model } = factsOf(buffer?.text ?? '');
  const [row, setRow] = useState<string | null>(null);
  const title = useId();
  const trial = useMutation({
    mutationFn: async (): Promise<Tried> => {
      const inner = files.get('inner.py')?.snapshot().buffer?.text ?? '';
      const answer = await tryTask(task, unsavedTexts(files), isOfRows ? row : null);
      return { answer, inner };
    },
    onMutate: () => onTried(null),
    onSuccess: onTried,
  });
  return (
    <section aria-labelledby={title} className={style.panel}>
      <h2 id={title}>{text.title}</h2>
      <p className={style.hint}>{text.effects}</p>
      <div className={style.ask}>
        {isOfRows && model !== null && (
          <RowPicker key={model} model={model} choose={(chosen) => setRow(chosen?.key ?? null)} />
        )}
        <Button
          isDisabled={isOfRows && row === null}
          isPending={trial.isPending}
          onPress={() => trial.mutate()}
        >
          <Icon name="play" />
          {text.tryNow}
        </Button>
      </div>
      {trial.isPending && <Loading />}
      {trial.error && <Trouble error={trial.error} />}
      {trial.data && !trial.isPending && <TrialOutcome trial={trial.data.answer} />}
    </section>
  );
}
