import { lazy, Suspense, useId } from 'react';
import { valueAt } from '@/document';
import { Loading } from '@/parts/Loading';
import { useForm } from '../form';
import type { InputProps } from '../inputs/input';
import style from '../TaskForm.module.css';

const Conditions = lazy(() => import('@/conditions/Conditions'));

interface Props extends InputProps<string> {
  model: string | null;
}

/** The filter, as conditions; what is wrong with it stands beside them. */
export function FilterSlot({ model, label, value, onChange, isDisabled }: Props) {
  const id = useId();
  const { root } = useForm();
  const zone = valueAt(root, ['timerCfg', 'timezone']);
  return (
    <section aria-labelledby={id} className={style.slot}>
      <h4 id={id}>{label}</h4>
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
