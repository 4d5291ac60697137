import { Button, Menu, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { asProblem } from '../../api/problem';
import { addReply, changeReply, repliesChanged } from '../../api/replies';
import type { NewReply, Reply } from '../../api/types';
import { toast } from '../../app/toasts';
import { fill } from '../../live/replies';
import { BackIcon, DownIcon, TrashIcon } from '../../parts/icons';
import { LeaveGuard } from '../../parts/save';
import { FormFailure } from '../../parts/states';
import css from './replies.module.css';
import { insert, namesVisitor, shortcut, variables, type Variable, words } from './variables';

interface Props {
  /** The one to change; without it a new one is made. */
  reply?: Reply;
  start?: NewReply;
  close: () => void;
  onDelete: (reply: Reply) => void;
}

/** One reply beside the list: what it is called, what it says, and how that reads. */
export function Editor({ reply, start, close, onDelete }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const form = useForm({
    defaultValues: { shortcut: reply?.shortcut ?? start?.shortcut ?? '', title: reply?.title ?? start?.title ?? '', text: reply?.text ?? start?.text ?? '' },
  });
  const { register, handleSubmit, formState, watch, setValue, reset } = form;
  const field = useRef<HTMLTextAreaElement | null>(null);
  const saving = useMutation({
    mutationFn: (values: NewReply) => (reply ? changeReply(reply.id, values) : addReply(values)),
    onSuccess: async (saved) => {
      reset(saved);
      await repliesChanged(client);
      toast({ text: t('replies.saved', { shortcut: saved.shortcut }) });
      close();
    },
  });
  const problem = saving.error ? asProblem(saving.error) : undefined;
  const taken = problem?.code === 'shortcut_taken' ? problem.message : undefined;
  const { ref, ...text } = register('text', { required: true });

  function put(variable: Variable) {
    const area = field.current;
    if (!area) return;
    const next = insert(area.value, variable, area.selectionStart, area.selectionEnd);
    setValue('text', next.text, { shouldDirty: true });
    // Once the menu has closed and given the focus back.
    setTimeout(() => {
      area.focus();
      area.setSelectionRange(next.caret, next.caret);
    });
  }

  return (
    <section className={css.editor} aria-label={reply ? t('replies.edit') : t('replies.new')}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending && !saving.isSuccess} />
      <div className={css.top}>
        <Button className={css.back} variant="subtle" size="sm" leftSection={<BackIcon size={16} />} onClick={close}>
          {t('replies.back')}
        </Button>
        <h2>{reply ? t('replies.edit') : t('replies.new')}</h2>
      </div>
      <form className={css.form} onSubmit={handleSubmit((values) => saving.mutate(values))}>
        <div className={css.names}>
          <TextInput
            label={t('replies.shortcut')}
            description={t('replies.shortcutHint')}
            leftSection="/"
            required
            withAsterisk={false}
            autoFocus={!reply}
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            maxLength={32}
            error={formState.errors.shortcut?.message ?? taken}
            {...register('shortcut', { pattern: { value: shortcut, message: t('replies.shortcutInvalid') } })}
          />
          <TextInput label={t('replies.name')} description={t('replies.nameHint')} maxLength={80} dir="auto" {...register('title')} />
        </div>
        <div>
          <Textarea
            label={t('replies.text')}
            required
            withAsterisk={false}
            minRows={5}
            maxRows={16}
            maxLength={8000}
            dir="auto"
            {...text}
            ref={(element) => {
              ref(element);
              field.current = element;
            }}
          />
          <Menu position="bottom-start" returnFocus={false} withinPortal={false}>
            <Menu.Target>
              <Button className={css.insert} variant="default" size="xs" rightSection={<DownIcon size={14} />}>
                {t('replies.insert')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {variables.map((variable) => (
                <Menu.Item key={variable} onClick={() => put(variable)}>
                  <span className={css.variable}>
                    {t(`replies.variable.${words[variable]}`)}
                    <code>{`{{${variable}}}`}</code>
                  </span>
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </div>
        <Preview text={watch('text')} />
        {!taken && <FormFailure error={saving.error} />}
        <div className={css.actions}>
          <Button type="submit" loading={saving.isPending}>
            {t('replies.save')}
          </Button>
          <Button variant="subtle" onClick={close}>
            {t('cancel')}
          </Button>
          {reply && (
            <Button
              className={css.delete}
              variant="subtle"
              color="gray"
              leftSection={<TrashIcon size={16} />}
              aria-label={t('replies.delete', { shortcut: reply.shortcut })}
              onClick={() => {
                reset();
                onDelete(reply);
              }}
            >
              {t('labels.delete.verb')}
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}

function Preview({ text }: { text: string }) {
  const { t } = useTranslation();
  const me = useSuspenseQuery(meQuery).data;
  if (text.trim() === '') return null;
  const known = { agent: me.user.name, company: me.tenant.name, bot: t('replies.example.bot') };
  const visitor = { name: t('replies.example.name'), email: t('replies.example.email') };
  return (
    <div className={css.preview}>
      <p className={css.label}>{t('replies.preview')}</p>
      <p className={css.bubble} dir="auto">
        {fill(text, { ...known, visitor })}
      </p>
      {namesVisitor(text) && (
        <>
          <p className={css.label}>{t('replies.previewUnknown')}</p>
          <p className={css.bubble} dir="auto">
            {fill(text, known)}
          </p>
        </>
      )}
    </div>
  );
}
