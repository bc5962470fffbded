import { lazy, Suspense } from 'react';

export { dropAbout, tell, tellError } from './messages';

const ToastRegion = lazy(async () => ({ default: (await import('./ToastRegion')).ToastRegion }));

export function Toasts() {
  return (
    <Suspense>
      <ToastRegion />
    </Suspense>
  );
}
