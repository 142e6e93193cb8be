// The controls that panels share: a number, a choice, a flag, each with its label.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Field, readField } from '../settings.js';

export function Row({ label, name, children }: { label: string; name: string; children: ComponentChildren }) {
  return (
    <div class="row">
      <label for={name}>{label}</label>
      {children}
    </div>
  );
}

interface NumberProps {
  label: string;
  name: string;
  value: number;
  field: Field;
  disabled?: boolean;
  onChange: (value: number) => void;
}

/** A number that holds when it is entered; one that may not be stays marked until it is good. */
export function NumberRow({ label, name, value, field, disabled = false, onChange }: NumberProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? String(value);
  const wrong = draft !== null && readField(field, draft) === null;
  const take = (): void => {
    if (draft === null) return;
    const read = readField(field, draft);
    if (typeof read !== 'number') return;
    setDraft(null);
    if (read !== value) onChange(read);
  };
  return (
    <Row label={label} name={name}>
      <input
        id={name}
        type="text"
        inputMode="decimal"
        value={shown}
        disabled={disabled}
        aria-invalid={wrong}
        title={field.kind === 'number' ? `${field.min} – ${field.max}` : undefined}
        onInput={(event) => {
          setDraft(event.currentTarget.value);
        }}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            // In a form it says that the number holds, not that the form does.
            event.preventDefault();
            take();
          }
          if (event.key === 'Escape') setDraft(null);
        }}
      />
    </Row>
  );
}

export interface Option {
  value: string;
  label: string;
}

interface ChoiceProps {
  label: string;
  name: string;
  value: string;
  options: readonly (Option | { group: string; options: readonly Option[] })[];
  disabled?: boolean;
  onChange: (value: string) => void;
}

export function ChoiceRow({ label, name, value, options, disabled = false, onChange }: ChoiceProps) {
  const one = (option: Option) => (
    <option key={option.value} value={option.value} selected={option.value === value}>
      {option.label}
    </option>
  );
  return (
    <Row label={label} name={name}>
      <select
        id={name}
        value={value}
        disabled={disabled}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      >
        {options.map((option) =>
          'group' in option ? (
            <optgroup key={option.group} label={option.group}>
              {option.options.map(one)}
            </optgroup>
          ) : (
            one(option)
          ),
        )}
      </select>
    </Row>
  );
}

export function FlagRow({
  label,
  name,
  value,
  onChange,
}: {
  label: string;
  name: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <div class="row flag">
      <label for={name}>{label}</label>
      <input
        id={name}
        type="checkbox"
        checked={value}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
      />
    </div>
  );
}
