import { Header, MenuSection } from 'react-aria-components';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Menu, MenuItem, MenuTrigger } from '@/parts/Menu';
import { useWords } from '@/words';
import { type Language, setPreferences, type Theme, usePreferences } from './preferences';

/** Language and appearance, kept in this browser. */
export function PreferencesMenu() {
  const { app } = useWords();
  const { language, theme } = usePreferences();
  return (
    <MenuTrigger>
      <Button square look="quiet" aria-label={app.preferences}>
        <Icon name="gear" />
      </Button>
      <Menu placement="bottom end" shouldCloseOnSelect={false}>
        <MenuSection
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[language]}
          onSelectionChange={(keys) => setPreferences({ language: only<Language>(keys) })}
        >
          <Header>{app.language}</Header>
          <MenuItem id="en">English</MenuItem>
          <MenuItem id="zh">中文</MenuItem>
        </MenuSection>
        <MenuSection
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[theme]}
          onSelectionChange={(keys) => setPreferences({ theme: only<Theme>(keys) })}
        >
          <Header>{app.theme}</Header>
          <MenuItem id="system">{app.themes.system}</MenuItem>
          <MenuItem id="light">{app.themes.light}</MenuItem>
          <MenuItem id="dark">{app.themes.dark}</MenuItem>
        </MenuSection>
      </Menu>
    </MenuTrigger>
  );
}

function only<T>(keys: 'all' | Set<unknown>): T {
  return [...(keys as Set<T>)][0] as T;
}
