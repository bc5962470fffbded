import { useNavigate } from '@tanstack/react-router';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useSection } from '@/words';
import * as words from '@/words/element';
import style from './ModeSwitch.module.css';

/** Form or source of a task; the address says which. */
export function ModeSwitch({ name, isSource }: { name: string; isSource: boolean }) {
  const text = useSection(words);
  const navigate = useNavigate();
  const show = (keys: Set<unknown>) =>
    void navigate({
      to: '/elements/$name',
      params: { name },
      search: keys.has('source') ? { mode: 'source' } : {},
    });
  return (
    <ToggleButtonGroup
      aria-label={text.mode}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[isSource ? 'source' : 'visual']}
      onSelectionChange={show}
      className={style.modes}
    >
      <ToggleButton id="visual" className={style.mode}>
        {text.visual}
      </ToggleButton>
      <ToggleButton id="source" className={style.mode}>
        {text.source}
      </ToggleButton>
    </ToggleButtonGroup>
  );
}
