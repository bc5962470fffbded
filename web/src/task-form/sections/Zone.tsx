import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/session';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { optionalText } from '../codecs';
import { Setting } from '../form';
import { ComboInput } from '../inputs/ComboInput';
import { Row } from '../Section';

const ZONES = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }));

export function Zone() {
  const text = useSection(words);
  const { data: session } = useQuery(sessionQuery);
  return (
    <Row>
      <Setting path={['timerCfg', 'timezone']} codec={optionalText} label={text.timezone}>
        {(input) => (
          <ComboInput
            {...input}
            options={ZONES}
            hint={input.value === '' && session ? text.appZone(session.timezone) : undefined}
          />
        )}
      </Setting>
    </Row>
  );
}
