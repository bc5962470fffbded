import { describe, expect, it } from 'vitest';
import type { ServiceFunction } from '@/api/functions';
import type { Model } from '@/api/models';
import { edit, type Json } from '@/document';
import { en } from '@/words/task-form';
import { dateFieldOptions, functionOptions, modelOptions } from './pickers';
import { changesOfField, changesOfModel } from './rows';

const contract = model('Contract', { amount: 'number', expiry: 'date', signed: 'datetime' });
const country = model('Country', { code: 'text' });
const models = [contract, country];

describe('the pickers', () => {
  it('offer models with a date field, and say why others cannot be chosen', () => {
    expect(modelOptions(models, '', en).map(({ value, unfit }) => [value, unfit])).toEqual([
      ['', undefined],
      ['models.Contract', undefined],
      ['models.Country', 'models.Country: it has no date field'],
    ]);
  });

  it('keep a model that may have date fields which nobody knows of', () => {
    const [option] = modelOptions([{ ...country, opaque: true }], 'models.Country', en);
    expect(option?.unfit).toBeUndefined();
  });

  it('show what is written, also where it is not there', () => {
    expect(dateFieldOptions(models, 'models.Contract', 'gone', en)).toMatchObject([
      { value: 'gone', label: 'gone (not found)' },
      { value: 'expiry' },
      { value: 'signed' },
    ]);
  });

  it('put functions that fit before those that do not', () => {
    const functions = [fn('services.A.f', 'it takes one parameter'), fn('services.B.g', null)];
    expect(functionOptions(functions, en)).toMatchObject([
      { value: 'services.B.g', unfit: undefined },
      { value: 'services.A.f', unfit: 'it takes one parameter' },
    ]);
  });
});

describe('a chosen model', () => {
  it('brings its first date field, in the morning', () => {
    const root = { modelPath: '', timerCfg: { startField: '' } };
    expect(made(root, changesOfModel(root, models, 'models.Contract'))).toEqual({
      modelPath: 'models.Contract',
      timerCfg: { startField: 'expiry', startOffset: { time: '09:00' } },
    });
  });

  it('keeps a field that it has, and leaves the time alone', () => {
    const root = { modelPath: 'models.Other', timerCfg: { startField: 'signed' } };
    expect(made(root, changesOfModel(root, models, 'models.Contract'))).toEqual({
      ...root,
      modelPath: 'models.Contract',
    });
    expect(made(root, changesOfField(root, models, 'models.Contract', 'expiry'))).toEqual({
      ...root,
      timerCfg: { startField: 'expiry' },
    });
  });
});

function model(name: string, fields: Record<string, Model['fields'][number]['kind']>): Model {
  return {
    name: `models.${name}`,
    title: name,
    database: 'databases.D',
    key: ['id'],
    opaque: false,
    fields: Object.entries(fields).map(([field, kind]) => ({
      name: field,
      title: field,
      type: kind,
      kind,
      nullable: true,
      options: null,
    })),
  };
}

function fn(name: string, reason: string | null): ServiceFunction {
  return { name, title: name, summary: '', fits: reason === null, reason, parameters: [] };
}

function made(root: Json, changes: Parameters<typeof edit>[1]): Json {
  const edited = edit(JSON.stringify(root), changes);
  if ('refused' in edited) throw new Error(JSON.stringify(edited.refused));
  return JSON.parse(edited.text) as Json;
}
