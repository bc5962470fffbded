import type { ServiceFunction } from '@/api/functions';
import type { Model, ModelField } from '@/api/models';
import { type Json, valueAt } from '@/document';
import type { en } from '@/words/task-form';
import type { Option } from './inputs/ChoiceInput';

type Text = Pick<typeof en, 'noDateField' | 'notFound' | 'unfit' | 'nothing'>;

/** The models; those without a date field say so, and cannot be chosen. */
export function modelOptions(
  models: readonly Model[],
  chosen: string,
  text: Text,
): Option<string>[] {
  const options = models.map((model) => ({
    value: model.name,
    label: model.title || model.name,
    description: model.title ? model.name : undefined,
    unfit:
      model.opaque || dateFields(model).length > 0
        ? undefined
        : `${model.name}: ${text.noDateField}`,
  }));
  return withChosen(options, chosen, text);
}

/** The date and datetime fields of a model. */
export function dateFieldOptions(
  models: readonly Model[],
  model: string | null,
  chosen: string,
  text: Text,
): Option<string>[] {
  const options = dateFieldsOf(models, model).map((field) => ({
    value: field.name,
    label: field.title || field.name,
    description: field.title && field.title !== field.name ? field.name : undefined,
  }));
  return withChosen(options, chosen, text);
}

export function dateFieldsOf(models: readonly Model[], name: string | null): ModelField[] {
  const model = models.find((each) => each.name === name);
  return model === undefined ? [] : dateFields(model);
}

/** The service functions: first those that fit, then the others with why they do not. */
export function functionOptions(
  functions: readonly ServiceFunction[],
  text: Text,
): Option<string>[] {
  const options = functions.map((each) => ({
    value: each.name,
    label: each.name,
    unfit: each.fits ? undefined : (each.reason ?? text.unfit),
    description: [each.title === each.name ? '' : each.title, each.summary, each.reason]
      .filter(Boolean)
      .join(' · '),
  }));
  return options.toSorted(
    (one, other) => Number(Boolean(one.unfit)) - Number(Boolean(other.unfit)),
  );
}

export function modelPathOf(root: Json): string | null {
  const name = valueAt(root, ['modelPath']);
  return typeof name === 'string' && name !== '' ? name : null;
}

function dateFields(model: Model): ModelField[] {
  return model.fields.filter(({ kind }) => kind === 'date' || kind === 'datetime');
}

/** What is written is shown, also where it is not among what can be chosen. */
function withChosen(options: Option<string>[], chosen: string, text: Text): Option<string>[] {
  if (options.some((option) => option.value === chosen)) return options;
  const label = chosen === '' ? text.nothing : text.notFound(chosen);
  return [{ value: chosen, label }, ...options];
}
