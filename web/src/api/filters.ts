/** A part of a filter as the server reads it; spans count code points of the text. */
export type ReadFilterNode =
  | { kind: 'group'; join: 'and' | 'or'; children: ReadFilterNode[]; span: [number, number] }
  | {
      kind: 'condition';
      field: string;
      operator: string;
      value: unknown;
      span: [number, number];
    }
  | { kind: 'other'; text: string; reason: string; span: [number, number] };
