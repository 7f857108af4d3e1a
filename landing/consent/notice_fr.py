"""The notice in French, as plain text. Source: GDPR Art. 13; WEMET's policy of 7 February 2023.

``#`` is the title, ``##`` a heading, ``-`` an item; a blank line ends a paragraph.
"""

TEXT = """
# Ce que deviennent les coordonnées que vous laissez

WeConnect · version {version} · {day}

Après avoir ouvert la carte de quelqu’un, vous pouvez lui laisser vos coordonnées. Rien ne vous y
oblige : voir la carte et enregistrer le contact ne demandent rien de vous.

## Qui est responsable de vos données

WEMET, qui exploite ce site, et l’organisation du titulaire de la carte (ou le titulaire lui-même
s’il agit seul), nommée sur le formulaire, sont responsables ensemble du recueil de vos
coordonnées et de leur transmission.

Ensuite, le titulaire et son organisation répondent seuls de l’usage qu’ils font des coordonnées
reçues. Dans tous les cas, vous pouvez vous adresser à WEMET, qui leur transmet votre demande.

- Écrire à WEMET : contact@wemet.fr
- Délégué à la protection des données : production@wemet.fr

## Ce que nous gardons

- Ce que vous écrivez dans le formulaire : nom, société, fonction, e-mail, téléphone, message. Il
  faut un nom ou une société, et un e-mail ou un numéro de téléphone ; le reste est facultatif.
- La preuve de votre accord : ce qui vous a été demandé, la version de cette page, la langue, la
  date et l’heure. Elle ne contient ni votre nom, ni votre e-mail, ni votre numéro.

Pas de cookie, pas de mesure de votre comportement, pas de localisation. Votre adresse IP n’est
pas gardée avec vos coordonnées.

## Pourquoi, et sur quelle base

- Transmettre vos coordonnées au titulaire de la carte, pour qu’il vous recontacte à propos de
  votre échange : votre consentement (article 6, paragraphe 1, a du RGPD).
- Pouvoir prouver que vous avez donné ou retiré cet accord : notre obligation légale (articles 6,
  paragraphe 1, c et 7, paragraphe 1).
- Écarter les envois automatiques : notre intérêt légitime à protéger le service (article 6,
  paragraphe 1, f). Un envoi qui semble automatique est mis de côté ; c’est une personne qui
  décide de la suite.

Votre accord ne vaut pas pour de la publicité. Vos coordonnées ne sont ni vendues, ni complétées à
partir d’autres sources, et aucune décision automatique n’est prise à votre sujet.

## Qui les reçoit

- Le titulaire de la carte et son organisation, nommés sur le formulaire.
- Les personnes habilitées de WEMET, pour faire fonctionner le service.
- OVH Cloud, notre hébergeur, en France.

Nous ne les transférons pas hors de l’Union européenne.

## Combien de temps

24 mois à compter de votre envoi, puis nous effaçons vos coordonnées, sans archive. Si vous
retirez votre accord, nous les effaçons aussitôt.

La preuve de votre accord, sans votre nom, est gardée 5 ans au plus après la fin de l’accord, pour
pouvoir répondre en cas de litige.

## Retirer votre accord

À tout moment, aussi simplement que vous l’avez donné : ouvrez le reçu affiché après l’envoi et
touchez « Retirer mon accord ». Sans compte ni mot de passe. Si vous n’avez plus le reçu, écrivez
à contact@wemet.fr.

Ce qui a été fait avant le retrait reste licite. Nous effaçons vos coordonnées de notre site et
demandons au titulaire de ne plus les utiliser et d’effacer ses copies ; de ses copies, c’est lui
qui répond.

## Vos droits

Gratuitement, et à tout moment, vous pouvez :

- accéder à vos données et en recevoir une copie ;
- les faire corriger ou effacer ;
- faire limiter leur utilisation, le temps d’une vérification par exemple ;
- les recevoir dans un format lisible par une machine (portabilité) ;
- vous opposer à ce qui repose sur notre intérêt légitime ;
- retirer votre accord ;
- dire ce qu’elles doivent devenir après votre mort.

Écrivez à contact@wemet.fr. Nous répondons dans le mois. Pour vérifier que la demande vient bien
de vous, nous pouvons vous écrire à l’adresse ou au numéro que vous aviez laissé.

## Faire une réclamation

Auprès de notre délégué à la protection des données (production@wemet.fr), ou auprès de la CNIL,
3, place de Fontenoy – TSA 80715 – 75334 PARIS CEDEX 07, https://www.cnil.fr/.

## À qui s’adresse ce formulaire

À un usage professionnel, à partir de 15 ans. Si vous êtes plus jeune, ne laissez pas vos
coordonnées. Si cela a été fait, écrivez à contact@wemet.fr : nous les effaçons.

## Si ce texte change

Chaque version a sa propre adresse, qui reste valable. Celle que vous avez vue est notée dans
votre reçu ; une version plus récente ne change rien à ce que vous avez accepté.
"""
