import { useWords } from '@/words';

/** The execution records (rule C16). */
export function RecordsPage() {
  const { app } = useWords();
  return <h1>{app.records}</h1>;
}
