import { ActionIcon, Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deleteLabel, labelsChanged, labelsQuery, labelUseQuery } from '../../api/labels';
import type { Label } from '../../api/types';
import { count } from '../../i18n/format';
import '../../i18n/people';
import { Confirm } from '../../parts/confirm';
import { LabelIcon, PenIcon, PlusIcon, TrashIcon } from '../../parts/icons';
import { Card, Page } from '../../parts/page';
import { LookOnly, useMay } from '../../parts/permission';
import { Empty, Failure, Loading } from '../../parts/states';
import { LabelForm } from './label-form';
import css from './labels.module.css';

/** The words that sort conversations. */
export default function Labels() {
  const { t } = useTranslation();
  const may = useMay('take');
  const labels = useQuery(labelsQuery);
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState('');
  const all = labels.data ?? [];
  const add = (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => setAdding(true)}>
      {t('labels.new')}
    </Button>
  );

  return (
    <Page
      title={t('labels.title')}
      state={all.length > 0 ? `${t('labels.count', { count: all.length })}. ${t('labels.hint')}` : undefined}
      action={may && !adding && all.length > 0 && add}
    >
      {!may && <LookOnly what="replies" />}
      {adding && (
        <Card>
          <LabelForm close={() => setAdding(false)} />
        </Card>
      )}
      {labels.isPending ? (
        <Loading />
      ) : labels.isError ? (
        <Failure error={labels.error} retry={() => void labels.refetch()} />
      ) : all.length === 0 ? (
        !adding && (
          <Empty icon={<LabelIcon />} title={t('labels.empty')} action={may && add}>
            {t('labels.emptyText')}
          </Empty>
        )
      ) : (
        <ul className={css.list}>
          {all.map((label) => (
            <li key={label.id}>
              {editing === label.id && may ? (
                <LabelForm label={label} close={() => setEditing('')} />
              ) : (
                <Row label={label} may={may} edit={() => setEditing(label.id)} />
              )}
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function Row({ label, may, edit }: { label: Label; may: boolean; edit: () => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { id, name, color } = label;
  return (
    <div className={css.row}>
      <span className={css.dot} style={{ background: color }} />
      <span className={css.name} title={name}>
        <bdi>{name}</bdi>
      </span>
      <Link className={css.show} to="/conversations" search={{ queue: 'team', label: id }} aria-label={t('labels.showOf', { name })}>
        {t('labels.show')}
      </Link>
      {may && (
        <>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('labels.edit', { name })} onClick={edit}>
            <PenIcon size={18} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('labels.delete.label', { name })} onClick={() => setAsking(true)}>
            <TrashIcon size={18} />
          </ActionIcon>
          <Delete label={label} opened={asking} close={() => setAsking(false)} />
        </>
      )}
    </div>
  );
}

function Delete({ label, opened, close }: { label: Label; opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const use = useQuery({ ...labelUseQuery(label.id), enabled: opened });
  const removing = useMutation({
    mutationFn: () => deleteLabel(label.id),
    onSuccess: () => labelsChanged(client),
  });
  return (
    <Confirm
      opened={opened}
      title={t('labels.delete.title', { name: label.name })}
      verb={t('labels.delete.verb')}
      busy={removing.isPending}
      error={removing.error}
      onConfirm={() => removing.mutate()}
      onCancel={close}
    >
      {use.isError
        ? t('labels.delete.unknown')
        : !use.data
          ? t('labels.delete.counting')
          : use.data.more
            ? t('labels.delete.usedMore', { number: count(use.data.count) })
            : use.data.count === 0
              ? t('labels.delete.unused')
              : t('labels.delete.used', { count: use.data.count })}
    </Confirm>
  );
}
