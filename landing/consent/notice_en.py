"""The notice in English, as plain text. Source: GDPR Art. 13; WEMET's policy of 7 February 2023.

``#`` is the title, ``##`` a heading, ``-`` an item; a blank line ends a paragraph.
"""

TEXT = """
# What happens to the details you leave

WeConnect · version {version} · {day}

After opening someone’s card, you can leave them your own details. Nothing obliges you to: seeing
the card and saving the contact ask nothing of you.

## Who is responsible for your data

WEMET, which runs this site, and the organisation of the card’s owner (or the owner, if they act
alone), named on the form, are jointly responsible for collecting your details and passing them
on.

After that, the owner and their organisation answer alone for what they do with the details
received. In any case you can turn to WEMET, which passes your request on to them.

- Write to WEMET: contact@wemet.fr
- Data protection officer: production@wemet.fr

## What we keep

- What you type in the form: name, company, function, e-mail, phone, message. A name or a company
  is needed, and an e-mail or a phone number; the rest is optional.
- The proof of your consent: what you were asked, the version of this page, the language, the date
  and time. It holds neither your name, nor your e-mail, nor your number.

No cookie, no record of how you behave, no location. Your IP address is not kept with your
details.

## Why, and on what legal basis

- To pass your details on to the card’s owner, so that they can contact you about your exchange:
  your consent (GDPR, Article 6(1)(a)).
- To be able to prove that you gave or withdrew this consent: our legal obligation (Articles
  6(1)(c) and 7(1)).
- To set automatic sendings apart: our legitimate interest in protecting the service (Article
  6(1)(f)). A sending that looks automatic is put aside; a person decides what becomes of it.

Your consent does not cover advertising. Your details are not sold, not completed from other
sources, and no automated decision is made about you.

## Who receives them

- The card’s owner and their organisation, named on the form.
- Authorised staff of WEMET, to run the service.
- OVH Cloud, our hosting company, in France.

We do not transfer them outside the European Union.

## For how long

24 months from your sending; then we erase your details, without an archive. If you withdraw your
consent, we erase them at once.

The proof of your consent, without your name, is kept for at most 5 years after the consent has
ended, so that we can answer in a dispute.

## Withdrawing your consent

At any time, as simply as you gave it: open the receipt shown after sending and touch “Withdraw my
consent”. No account, no password. If you no longer have the receipt, write to contact@wemet.fr.

What was done before the withdrawal stays lawful. We erase your details from our site and ask the
owner to stop using them and to erase their copies; for those copies, the owner must answer.

## Your rights

Free of charge, and at any time, you can:

- see your data and receive a copy;
- have them corrected or erased;
- have their use restricted, for instance while something is checked;
- receive them in a form that a machine can read (portability);
- object to what rests on our legitimate interest;
- withdraw your consent;
- say what is to become of them after your death.

Write to contact@wemet.fr. We answer within a month. To make sure that the request comes from you,
we may write to the address or number that you left.

## Making a complaint

To our data protection officer (production@wemet.fr), or to the CNIL, the French data protection
authority, 3, place de Fontenoy – TSA 80715 – 75334 PARIS CEDEX 07, https://www.cnil.fr/.

## Who this form is for

For professional use, from the age of 15. If you are younger, do not leave your details. If that
has happened, write to contact@wemet.fr: we erase them.

## If this text changes

Every version has its own address, which stays valid. The one you saw is noted in your receipt; a
later version changes nothing in what you agreed to.
"""
