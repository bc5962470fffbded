import { DraftInput } from './DraftInput';
import type { InputProps } from './input';

interface Props extends InputProps<readonly string[]> {
  /** Whether one of the texts may be taken over. */
  isItem?: (text: string) => boolean;
  invalid?: string;
}

/** Texts that are separated by commas, Chinese ones too. */
export function ListInput({ isItem, ...rest }: Props) {
  return (
    <DraftInput
      {...rest}
      format={(value) => value.join(', ')}
      parse={(typed) => {
        const items = typed
          .split(/[,，、]/)
          .map((item) => item.trim())
          .filter((item) => item !== '');
        return isItem === undefined || items.every(isItem) ? items : undefined;
      }}
    />
  );
}
