import { useState } from 'react';
import { TextArea, TextField } from 'react-aria-components';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import style from './Conditions.module.css';
import { setNode } from './edits';
import { useFilter } from './filter-context';
import { NodeMenu } from './NodeMenu';
import { Problems } from './Problems';
import type { Raw } from './tree';

/** A part of the filter that has no form here, as text with the reason; taken when it is left. */
export function RawView({ raw }: { raw: Raw }) {
  const words = useSection(conditions);
  const { root, readOnly, edit } = useFilter();
  const [typed, setTyped] = useState<string | null>(null);
  const take = () => {
    if (typed === null) return;
    setTyped(null);
    if (typed !== raw.text) edit(setNode(root, { ...raw, text: typed }));
  };
  return (
    <li className={style.node} data-node={raw.id}>
      <div className={style.raw}>
        <TextField
          aria-label={words.rawLabel}
          value={typed ?? raw.text}
          onChange={setTyped}
          onBlur={take}
          isReadOnly={readOnly}
        >
          <TextArea rows={Math.min(6, Math.ceil(raw.text.length / 60) + 1)} spellCheck="false" />
        </TextField>
        {!readOnly && <NodeMenu node={raw} />}
      </div>
      <p className={style.pending}>{words.rawReason(raw.reason)}</p>
      <Problems id={raw.id} />
    </li>
  );
}
