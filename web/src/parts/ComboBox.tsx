import { useContext } from 'react';
import {
  ComboBox as AriaComboBox,
  Button,
  ComboBoxStateContext,
  Input,
} from 'react-aria-components';
import style from './Control.module.css';
import { Icon } from './Icon';
import { type Option, Options } from './Options';

interface Props<Id extends string> {
  label: string;
  options: readonly Option<Id>[];
  value: Id | null;
  onChange: (id: Id) => void;
  placeholder?: string;
  /** Said where no option matches what is typed. */
  empty: string;
}

/** One of many: typing shows those that match. */
export function ComboBox<Id extends string>(props: Props<Id>) {
  const { label, options, value, onChange, placeholder, empty } = props;
  return (
    <AriaComboBox<Option>
      aria-label={label}
      defaultItems={options}
      value={value}
      onChange={(key) => {
        const chosen = options.find((option) => option.id === key);
        if (chosen) onChange(chosen.id);
      }}
      allowsEmptyCollection
      className={style.control}
    >
      <div className={style.box}>
        <OpeningInput placeholder={placeholder} />
        <Button>
          <Icon name="down" />
        </Button>
      </div>
      <Options empty={empty} />
    </AriaComboBox>
  );
}

/** Opens the list where it is clicked, but not where the focus only passes through. */
function OpeningInput({ placeholder }: { placeholder?: string }) {
  const state = useContext(ComboBoxStateContext);
  return <Input placeholder={placeholder} onClick={() => state?.open(null, 'manual')} />;
}
