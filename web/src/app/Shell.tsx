import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { treeQuery } from '@/api/elements';
import { may, sessionQuery } from '@/api/session';
import { PaletteButton } from '@/palette/PaletteButton';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Loading } from '@/parts/Loading';
import { MenuToCome } from '@/parts/MenuToCome';
import { Toasts } from '@/parts/Toasts';
import { useSettled } from '@/parts/use-settled';
import { TreePanel } from '@/tree/TreePanel';
import { useWords } from '@/words';
import { ConnectionBanner } from './ConnectionBanner';
import style from './Shell.module.css';
import { StatusLink } from './StatusLink';

const PreferencesMenu = lazy(async () => ({
  default: (await import('./PreferencesMenu')).PreferencesMenu,
}));

/** What stands around every screen: bar at the top, element tree at the left. */
export function Shell() {
  const { app } = useWords();
  const { data: session } = useQuery(sessionQuery);
  const settled = useSettled(useQuery(treeQuery).isFetched);
  const [treeShown, setTreeShown] = useState(false);
  const preferencesToCome = <MenuToCome label={app.preferences} icon="gear" look="quiet" />;
  return (
    <div className={style.shell} data-tree={treeShown}>
      <header className={style.bar}>
        <Button
          square
          look="quiet"
          aria-label={treeShown ? app.hideElements : app.showElements}
          aria-expanded={treeShown}
          onPress={() => setTreeShown(!treeShown)}
        >
          <Icon name="menu" />
        </Button>
        <Link to="/" className={style.name} activeOptions={{ exact: true }}>
          <img src="/icon.svg" alt="" width="22" height="22" />
          <span>{session?.tree}</span>
        </Link>
        {session && !may(session, 'edit') && <span className={style.role}>{app.readOnly}</span>}
        <span className={style.space} />
        <PaletteButton />
        <StatusLink />
        <Link to="/records" className={style.link}>
          <Icon name="list" />
          <span>{app.records}</span>
        </Link>
        <Suspense fallback={preferencesToCome}>
          {settled ? <PreferencesMenu /> : preferencesToCome}
        </Suspense>
      </header>
      <ConnectionBanner />
      <div className={style.tree}>
        <TreePanel left={() => setTreeShown(false)} />
      </div>
      <main className={style.main}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
      {settled && <Toasts />}
    </div>
  );
}
