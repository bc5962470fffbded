import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import {
  Button,
  UNSTABLE_ToastRegion as Region,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
} from 'react-aria-components';
import { useSection, useWords } from '@/words';
import * as problemWords from '@/words/problems';
import { refusal } from '@/words/problems';
import { dropFailures, type Message, queue } from './messages';
import style from './ToastRegion.module.css';

function Words({ text, hint, problem }: Message) {
  const problems = useSection(problemWords);
  const shown = problem ? refusal(problems, problem) : { text, hint };
  return (
    <>
      <Text slot="title">{shown.text}</Text>
      {shown.hint && <Text slot="description">{shown.hint}</Text>}
    </>
  );
}

/** Where messages come up; loaded after the first screen. */
export function ToastRegion() {
  const { app } = useWords();
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
        if (pathChanged) dropFailures();
      }),
    [router],
  );
  return (
    <Region queue={queue} className={style.region}>
      {({ toast }) => (
        <Toast toast={toast} className={style.toast} data-look={toast.content.look}>
          <ToastContent className={style.content}>
            <Words {...toast.content} />
          </ToastContent>
          {toast.content.action && (
            <Button
              className={style.action}
              onPress={() => {
                toast.content.action?.run();
                queue.close(toast.key);
              }}
            >
              {toast.content.action.label}
            </Button>
          )}
          <Button slot="close" aria-label={app.close} className={style.close}>
            ×
          </Button>
        </Toast>
      )}
    </Region>
  );
}
