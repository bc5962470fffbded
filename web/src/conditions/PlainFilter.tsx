import { TextArea, TextField } from 'react-aria-components';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import style from './Conditions.module.css';

interface Props {
  text: string;
  onChange: (text: string) => void;
  readOnly: boolean;
}

/** The filter as text, where the server cannot be asked what it says. */
export function PlainFilter({ text, onChange, readOnly }: Props) {
  const words = useSection(conditions);
  return (
    <TextField
      aria-label={words.filterText}
      value={text}
      onChange={onChange}
      isReadOnly={readOnly}
      className={style.plain}
    >
      <TextArea rows={3} spellCheck="false" />
    </TextField>
  );
}
