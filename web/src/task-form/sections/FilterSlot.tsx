import { lazy, Suspense, useId } from 'react';
import { valueAt } from '@/document';
import { Loading } from '@/parts/Loading';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { useForm } from '../form';
import type { InputProps } from '../inputs/input';
import style from '../TaskForm.module.css';

const Conditions = lazy(() => import('@/conditions/Conditions'));

interface Props extends InputProps<string> {
  model: string | null;
}

/** The filter as conditions, which say themselves what is wrong with it (rule C8). */
export function FilterSlot({ label, value, onChange, isDisabled, model }: Props) {
  const text = useSection(words);
  const { root } = useForm();
  const id = useId();
  const zone = valueAt(root, ['timerCfg', 'timezone']);
  return (
    <section aria-labelledby={id} className={style.slot}>
      <h3 id={id}>{label}</h3>
      <p className={style.note}>{text.filterHint}</p>
      <Suspense fallback={<Loading />}>
        <Conditions
          model={model}
          text={value}
          onChange={onChange}
          readOnly={isDisabled}
          zone={typeof zone === 'string' && zone !== '' ? zone : null}
        />
      </Suspense>
    </section>
  );
}
