// The state of a form that is sent once: busy or not, what is wrong as a whole, what is wrong with a field.
import { useSignal } from '@preact/signals';
import { failureText, fieldProblems } from '#web/lib/failure.ts';

/** `send` runs the work unless it runs already; what it throws becomes texts. */
export function useForm(work: () => Promise<void>) {
  const isBusy = useSignal(false);
  const problem = useSignal('');
  const fields = useSignal<Record<string, string>>({});
  const failure = useSignal<unknown>(null);
  const send = async (event?: Event) => {
    event?.preventDefault();
    if (isBusy.peek()) return;
    isBusy.value = true;
    problem.value = '';
    fields.value = {};
    failure.value = null;
    try {
      await work();
    } catch (cause) {
      failure.value = cause;
      fields.value = fieldProblems(cause);
      problem.value = Object.keys(fields.value).length ? '' : failureText(cause);
    }
    isBusy.value = false;
  };
  return { isBusy, problem, fields, failure, send };
}
