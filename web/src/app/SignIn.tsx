import { useWords } from '@/words';
import style from './SignIn.module.css';

export function SignIn() {
  const { app } = useWords();
  return (
    <main className={style.page}>
      <h1>{app.signInTitle}</h1>
      <p>{app.signInText}</p>
      <pre>jittask console</pre>
    </main>
  );
}
