import { useState } from 'react';
import {
  Button,
  ComboBox,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components';
import { Icon } from '@/parts/Icon';
import { type Option, OptionNote } from './ChoiceInput';
import { type InputProps, isInvalid, Notes } from './input';
import style from './inputs.module.css';

interface Props extends InputProps<string> {
  options: readonly Option<string>[];
  isCode?: boolean;
  isWide?: boolean;
}

/** A text, with those that are known to choose from; another is taken over when it is left. */
export function ComboInput({ options, isCode, isWide, ...rest }: Props) {
  const { label, value, onChange, isDisabled } = rest;
  const [draft, setDraft] = useState<string | null>(null);
  const isKnown = (text: string) =>
    options.some((option) => option.value === text && !option.unfit);
  return (
    <ComboBox
      className={style.field}
      data-wide={isWide}
      allowsCustomValue
      inputValue={draft ?? value}
      onInputChange={(text) => {
        setDraft(text);
        if (text !== value && isKnown(text)) onChange(text);
      }}
      onBlur={() => {
        if (draft !== null && draft.trim() !== value) onChange(draft.trim());
        setDraft(null);
      }}
      disabledKeys={options.filter((each) => each.unfit).map((each) => each.value)}
      isReadOnly={isDisabled}
      isInvalid={isInvalid(rest)}
      validationBehavior="aria"
    >
      <Label className={style.label}>{label}</Label>
      <div className={style.combo}>
        <Input className={style.input} data-code={isCode} spellCheck={false} />
        <Button className={style.open} isDisabled={isDisabled}>
          <Icon name="down" />
        </Button>
      </div>
      <Notes {...rest} />
      <Popover className={style.popover}>
        <ListBox className={style.list}>
          {options.map((option) => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.value}
              className={style.option}
            >
              <Text slot="label">{option.label}</Text>
              <OptionNote {...option} />
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
