// The element as a part of the page's form: its value is the signed choice, and it can be required like any other field.

/** An element that a form counts among its fields. */
class FormField extends HTMLElement {
  static formAssociated = true;

  #internals = this.attachInternals();

  get form() {
    return this.#internals.form;
  }

  get name() {
    return this.getAttribute("name") ?? "";
  }

  get type() {
    return this.localName;
  }

  get validity() {
    return this.#internals.validity;
  }

  get validationMessage() {
    return this.#internals.validationMessage;
  }

  get willValidate() {
    return this.#internals.willValidate;
  }

  checkValidity() {
    return this.#internals.checkValidity();
  }

  reportValidity() {
    return this.#internals.reportValidity();
  }

  /** Tells the form the value, and what is missing as long as there is none; `anchor` is where to put it right. */
  tellForm(value, missing, anchor) {
    this.#internals.setFormValue(value);
    const needed = this.hasAttribute("required") && value === null;
    this.#internals.setValidity(needed ? { valueMissing: true } : {}, needed ? missing : "", anchor);
  }
}
