import type { AnyRouter } from '@tanstack/react-router';

let waiting: MutationObserver | null = null;

/** Moves the focus to the title of the screen, as soon as that is there. */
export function focusHeading(): void {
  waiting?.disconnect();
  waiting = null;
  if (focused()) return;
  waiting = new MutationObserver(() => {
    if (document.activeElement !== document.body || focused()) waiting?.disconnect();
  });
  waiting.observe(document.body, { childList: true, subtree: true });
}

/** Follows each navigation: a focus that is lost with the screen before goes to the next one. */
export function followFocus(router: AnyRouter): () => void {
  return router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
    if (fromLocation === undefined || !pathChanged) return;
    afterDialogs(() => {
      if (document.activeElement === document.body) focusHeading();
    });
  });
}

/** A dialog that closes gives the focus back in the next frame; that place is the better one. */
function afterDialogs(act: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(act));
}

function focused(): boolean {
  const heading = document.querySelector<HTMLElement>('main h1');
  if (heading === null) return false;
  heading.tabIndex = -1;
  heading.focus();
  return true;
}
