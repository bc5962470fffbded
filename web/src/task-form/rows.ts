import type { Model } from '@/api/models';
import { type Change, type Json, set, valueAt } from '@/document';
import { dateFieldsOf } from './pickers';

const START_FIELD = ['timerCfg', 'startField'] as const;
const START_TIME = ['timerCfg', 'startOffset', 'time'] as const;
const MORNING = '09:00';

/** Another model has other fields: its first date field is taken where it lacks the chosen one. */
export function changesOfModel(root: Json, models: readonly Model[], model: string): Change[] {
  const change = set(['modelPath'], model);
  const fields = dateFieldsOf(models, model);
  const chosen = valueAt(root, START_FIELD);
  const [first] = fields;
  if (first === undefined || fields.some(({ name }) => name === chosen)) return [change];
  return [change, ...changesOfField(root, models, model, first.name)];
}

/** The first field that is chosen fires in the morning where it has no time of its own. */
export function changesOfField(
  root: Json,
  models: readonly Model[],
  model: string | null,
  field: string,
): Change[] {
  const change = set(START_FIELD, field);
  const isFirst = !valueAt(root, START_FIELD);
  const isDay = dateFieldsOf(models, model).some(
    ({ name, kind }) => name === field && kind === 'date',
  );
  const isTimed = Boolean(valueAt(root, START_TIME));
  return isFirst && isDay && !isTimed ? [change, set(START_TIME, MORNING)] : [change];
}
