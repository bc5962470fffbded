import { lazy, Suspense, useEffect, useState } from 'react';
import type { ElementDialog } from '@/new-element/NewElementMenu';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { useSection } from '@/words';
import * as paletteWords from '@/words/palette';
import style from './PaletteButton.module.css';

const Palette = lazy(() => import('./Palette'));
const NewElement = lazy(() => import('@/new-element/NewElement'));

const isMac = navigator.platform.startsWith('Mac');
const keys = isMac ? '⌘K' : 'Ctrl K';

/** Opens the command palette, as Ctrl+K does (⌘K on a Mac, where Ctrl+K edits text). */
export function PaletteButton() {
  const words = useSection(paletteWords);
  const [isOpen, setOpen] = useState(false);
  const [making, setMaking] = useState<ElementDialog | null>(null);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const hasModifier = isMac ? event.metaKey : event.ctrlKey;
      if (!hasModifier || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <>
      <Button
        look="quiet"
        aria-keyshortcuts={isMac ? 'Meta+K' : 'Control+K'}
        onPress={() => setOpen(true)}
      >
        <Icon name="search" />
        <span className="visually-hidden">{words.open}</span>
        <kbd className={style.keys}>{keys}</kbd>
      </Button>
      <Suspense>
        {isOpen && <Palette close={() => setOpen(false)} make={setMaking} />}
        {making && <NewElement kind={making} close={() => setMaking(null)} />}
      </Suspense>
    </>
  );
}
