import { Button, type Look } from './Button';
import { Icon, type IconName } from './Icon';

/** Keeps the place of a menu's button while the menu is loading. */
export function MenuToCome({ label, icon, look }: { label: string; icon: IconName; look?: Look }) {
  return (
    <Button square look={look} aria-label={label} isDisabled>
      <Icon name={icon} />
    </Button>
  );
}
