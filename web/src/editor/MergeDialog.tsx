import { useMemo, useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { readDocument } from '@/document';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { Scrollable } from '@/parts/Scrollable';
import { useSection } from '@/words';
import * as words from '@/words/editor';
import type { EditedFile } from './edited-file';
import style from './MergeDialog.module.css';
import { assembled, type Choice, type Choices, type Chunk, mergeTexts, undecided } from './merge';
import { useFile } from './use-file';

type Conflict = Extract<Chunk, { kind: 'conflict' }>;
const CHOICES: readonly Choice[] = ['mine', 'theirs', 'both'];

/**
 * The text that is edited, merged with the version on disk. Where the file changes once more
 * meanwhile, it is merged again, and the choices that still fit are kept (rule C14).
 */
export function MergeDialog({ file, close }: { file: EditedFile; close: () => void }) {
  const text = useSection(words);
  const { buffer } = useFile(file);
  const [choices, setChoices] = useState<Choices>({});
  const [base, mine, theirs] = [buffer?.base.text, buffer?.text, buffer?.theirs?.text];
  const chunks = useMemo(
    () => mergeTexts(base ?? '', mine ?? '', theirs ?? ''),
    [base, mine, theirs],
  );
  const conflicts = chunks.filter((chunk) => chunk.kind === 'conflict');
  const left = undecided(chunks, choices);
  const result = assembled(chunks, choices);
  const take = () => {
    if (result === null) return;
    file.resolve(result);
    close();
  };
  return (
    <Dialog
      isOpen
      wide
      onOpenChange={close}
      title={text.mergeTitle(file.name)}
      actions={
        <>
          <Button onPress={close}>{text.cancel}</Button>
          <Button look="primary" isDisabled={left > 0} onPress={take}>
            {text.takeMerge}
          </Button>
        </>
      }
    >
      <p role="status">
        {conflicts.length === 0
          ? text.mergeClean
          : left > 0
            ? text.mergeUndecided(left)
            : text.mergeDecided}
      </p>
      {conflicts.map((conflict, index) => (
        <ConflictChoice
          key={conflict.key}
          conflict={conflict}
          index={index + 1}
          choice={choices[conflict.key]}
          choose={(choice) => setChoices({ ...choices, [conflict.key]: choice })}
        />
      ))}
      {result !== null && <Result text={result} isJson={file.name.endsWith('.json')} />}
    </Dialog>
  );
}

/** What is taken, before it is; and what is wrong with it as JSON. */
function Result({ text, isJson }: { text: string; isJson: boolean }) {
  const say = useSection(words);
  const reading = isJson ? readDocument(text) : null;
  const problem = reading !== null && 'problem' in reading ? reading.problem : null;
  return (
    <section aria-label={say.mergeResult} className={style.conflict}>
      <h3>{say.mergeResult}</h3>
      {problem && (
        <p role="alert">
          {problem.kind === 'duplicate-key' ? say.mergeTwice(problem.detail) : say.mergeBroken}
        </p>
      )}
      <Scrollable label={say.mergeResult} className={style.side}>
        <pre>{text}</pre>
      </Scrollable>
    </section>
  );
}

interface ChoiceProps {
  conflict: Conflict;
  index: number;
  choice: Choice | undefined;
  choose: (choice: Choice) => void;
}

function ConflictChoice({ conflict, index, choice, choose }: ChoiceProps) {
  const text = useSection(words);
  return (
    <RadioGroup
      value={choice ?? null}
      onChange={(value) => choose(value as Choice)}
      className={style.conflict}
    >
      <Label className={style.label}>{text.conflict(index)}</Label>
      <div className={style.sides}>
        <Side name={text.before} content={conflict.base} />
        <Side name={text.mine} content={conflict.mine} />
        <Side name={text.theirs} content={conflict.theirs} />
      </div>
      <div className={style.choices}>
        {CHOICES.map((each) => (
          <Radio key={each} value={each} className={style.choice}>
            {text[each]}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}

function Side({ name, content }: { name: string; content: string }) {
  const text = useSection(words);
  return (
    <figure className={style.side}>
      <figcaption>{name}</figcaption>
      {content === '' ? <p className={style.nothing}>{text.nothing}</p> : <pre>{content}</pre>}
    </figure>
  );
}
