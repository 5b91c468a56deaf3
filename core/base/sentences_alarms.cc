// What each alarm of a node means, and what to do. deploy/runbook.md has the same codes.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"alarm.fork",
     "The broker showed two logs. Exchange has stopped: keep the evidence and compare checkpoints "
     "with other members by telephone.",
     "Le serveur a montré deux journaux. Les échanges sont arrêtés : gardez les preuves et "
     "comparez les points de contrôle avec d'autres membres par téléphone."},
    {"alarm.log-not-fresh",
     "The log has not been seen for too long; records wait. Look at the connection and the broker.",
     "Le journal n'a pas été vu depuis trop longtemps ; les enregistrements attendent. Vérifiez la "
     "connexion et le serveur."},
    {"alarm.not-witnessed",
     "Too few witnesses cosign the log. What came since is marked; what changes keys, agencies or "
     "policies does not act. Ask other members what they see.",
     "Trop peu de témoins cosignent le journal. Ce qui est arrivé depuis est marqué ; ce qui "
     "change clés, services ou politiques n'agit pas. Demandez aux autres membres ce qu'ils "
     "voient."},
    {"alarm.log-behind",
     "Another member has seen more of the log than the broker shows here. Ask the operator, and "
     "compare checkpoints with other members by telephone.",
     "Un autre membre a vu davantage du journal que ce que le courtier montre ici. Interrogez "
     "l'opérateur et comparez les points de contrôle avec d'autres membres par téléphone."},
    {"alarm.log-instant",
     "The log holds an entry whose time does not fit what witnesses saw. The operator may have "
     "dated it back or ahead. Ask the operator, and tell the supervisory authority.",
     "Le journal contient une entrée dont l'heure ne correspond pas à ce que les témoins ont vu. "
     "L'opérateur l'a peut-être antidatée ou postdatée. Interrogez-le et avertissez l'autorité de "
     "contrôle."},
    {"alarm.statement-invalid",
     "The log holds a statement that nobody entitled has signed; it has no effect. Ask the "
     "operator.",
     "Le journal contient une déclaration que personne d'habilité n'a signée ; elle est sans "
     "effet. Interrogez l'opérateur."},
    {"alarm.measure-lapses",
     "A measure upon a lead ends soon, or has ended, by itself. The unit that took it prolongs it, "
     "lifts it or hands it to a court, and says so by entente lead update; the unit that asked for "
     "it asks them.",
     "Une mesure prise sur une piste arrive à terme, ou y est arrivée. Le service qui l'a prise la "
     "prolonge, la lève ou la remet à un tribunal, et le dit par entente lead update ; celui qui "
     "l'a demandée l'interroge."},
    {"alarm.storage-review-near",
     "The review date of a record that was sent is near. If the need that others store it stands, "
     "say so with entente review; else recall, restrict or replace it. entente review lists all.",
     "La date de réexamen d'un enregistrement envoyé approche. S'il reste nécessaire que d'autres "
     "le conservent, dites-le par entente review ; sinon rappelez-le, limitez-le ou remplacez-le. "
     "entente review les liste tous."},
    {"alarm.storage-review-missed",
     "Nobody reviewed a record that was sent, so its recipients may not use it. If the need for it "
     "stands, entente review lifts that; else recall it.",
     "Personne n'a réexaminé un enregistrement envoyé : ses destinataires ne peuvent plus "
     "l'utiliser. S'il reste nécessaire, entente review lève cette limitation ; sinon "
     "rappelez-le."},
    {"alarm.storage-review-recalled",
     "Nobody reviewed a record that was sent within 30 days of its review date, so this node took "
     "it back. It is told for 30 days.",
     "Personne n'a réexaminé un enregistrement envoyé dans les 30 jours suivant sa date de "
     "réexamen : ce nœud l'a rappelé. Ceci est dit pendant 30 jours."},
    {"alarm.review-overdue",
     "An override was to be reviewed, and nobody has. The data-protection officer: entente "
     "override "
     "list, then entente override review.",
     "Une dérogation devait être examinée, et personne ne l'a fait. Le délégué à la protection des "
     "données : entente override list, puis entente override review."},
    {"alarm.clock-differs",
     "This machine's clock and the broker's differ. Set the wrong one by a time server.",
     "L'horloge de cette machine et celle du serveur diffèrent. Réglez celle qui est fausse sur un "
     "serveur de temps."},
    {"alarm.keys-not-in-log",
     "The log does not have this agency's keys: nothing can be sent or acknowledged. If it stays, "
     "ask the authority whether the agency is admitted.",
     "Le journal n'a pas les clés de ce service : rien ne peut être envoyé ni confirmé. Si cela "
     "dure, demandez à l'autorité si le service est admis."},
    {"alarm.keys-damaged",
     "Key slots on this disk do not open, or are gone. Stop the node and restore the slots from a "
     "backup of "
     "today; look at the disk.",
     "Des emplacements de clés sur ce disque ne s'ouvrent pas, ou ont disparu. Arrêtez le nœud et "
     "restaurez-les "
     "d'une sauvegarde du jour ; vérifiez le disque."},
    {"alarm.evidence-bad",
     "The broker's answer to a submission does not hold. It is asked again; keep the log of this "
     "node, ask the operator.",
     "La réponse du serveur à un dépôt ne tient pas. Elle est redemandée ; gardez le journal de ce "
     "nœud et interrogez l'opérateur."},
    {"alarm.decision-differs",
     "The broker decided otherwise than the policies say. Tell the data-protection officer; keep "
     "the receipt.",
     "Le serveur a décidé autrement que les politiques. Prévenez le délégué à la protection des "
     "données ; gardez le reçu."},
    {"alarm.submission-refused",
     "The broker refused a submission for good. See the lead's state and its reason; mend it and "
     "send it anew.",
     "Le serveur a refusé définitivement un dépôt. Voyez l'état et le motif ; corrigez et envoyez "
     "à nouveau."},
    {"alarm.acknowledgement-forged",
     "The broker delivered an acknowledgement that its recipient did not sign. Ask the recipient "
     "by another channel.",
     "Le serveur a remis un accusé de réception que son destinataire n'a pas signé. Interrogez le "
     "destinataire par un autre canal."},
    {"alarm.notice-bad",
     "The broker delivered a notice that does not hold. Ask its sender by another channel.",
     "Le serveur a remis un avis qui ne tient pas. Interrogez son expéditeur par un autre canal."},
    {"alarm.record-refused",
     "A record came that its origin did not send so, or that may not be used here. It is not "
     "shown; ask the origin.",
     "Un enregistrement est arrivé que son origine n'a pas envoyé ainsi, ou qui ne peut servir "
     "ici. Il n'est pas montré ; interrogez l'origine."},
    {"alarm.record-id-shared",
     "Two agencies sent records under one id: one copied it. Ask both; read each as "
     "ORIGIN/RECORDID.",
     "Deux services ont envoyé des enregistrements sous un même numéro : l'un l'a copié. "
     "Interrogez les deux ; lisez chacun comme ORIGINE/NUMÉRO."},
    {"alarm.obligation-removed",
     "The broker removed an obligation of the sender's. It is honoured all the same; tell the "
     "sender.",
     "Le serveur a retiré une obligation de l'expéditeur. Elle est respectée quand même ; prévenez "
     "l'expéditeur."},
    {"alarm.numbers-missing",
     "Records that a partner sent have not arrived. Ask it by another channel.",
     "Des enregistrements envoyés par un partenaire ne sont pas arrivés. Interrogez-le par un "
     "autre canal."},
    {"alarm.pair-head-overdue",
     "A partner has not said for two days how much it sent. Ask whether its node runs.",
     "Un partenaire n'a pas dit depuis deux jours combien il a envoyé. Demandez si son nœud "
     "fonctionne."},
    {"alarm.local-fault",
     "Something in this node's store is damaged; the rest goes on. Restore it from the backup.",
     "Quelque chose est endommagé dans le stockage de ce nœud ; le reste continue. Restaurez-le "
     "depuis la sauvegarde."},
    {"alarm.attachment-lost",
     "A record is here, and a file that belongs to it is not. Ask the agency that sent it to send "
     "it anew.",
     "Un enregistrement est ici, mais pas un fichier qui en fait partie. Demandez au service qui "
     "l'a envoyé de le renvoyer."},
    {"alarm.erasure-held",
     "This clock is far ahead of what it and the log have shown. What is over by it is not shown "
     "and not yet erased; check the clock.",
     "Cette horloge est loin en avance sur ce qu'elle et le journal ont montré. Ce qui est échu "
     "n'est ni montré ni encore effacé ; vérifiez l'horloge."},
    {"alarm.ends-soon",
     "Something that people must renew ends soon. A policy or an instrument is renewed by the "
     "authority, a certificate by its issuer.",
     "Une chose que des personnes doivent renouveler prend bientôt fin. L'autorité renouvelle une "
     "politique ou un instrument, l'émetteur un certificat."},
    {"alarm.text-withheld",
     "The broker does not give a policy or file that is in force; records wait. Ask the operator, "
     "or the authority that published it.",
     "Le serveur ne donne pas une politique ou un fichier en vigueur ; les enregistrements "
     "attendent. Interrogez l'opérateur ou l'autorité qui l'a publié."},
    {"alarm.broker-silent",
     "The broker shows its log and does not answer submissions. Ask the operator.",
     "Le serveur montre son journal et ne répond pas aux dépôts. Interrogez l'opérateur."},
    {"alarm.not-acknowledged",
     "A recipient has not confirmed a record: its node is away, or the record was kept back. Ask "
     "by another channel.",
     "Un destinataire n'a pas confirmé un enregistrement : son nœud est absent, ou "
     "l'enregistrement a été retenu. Interrogez-le par un autre canal."},
    {"alarm.answer-not-delivered",
     "An answer to a lead does not reach the agency that asked, though the lead shows it as given. "
     "Tell them by another channel.",
     "Une réponse à une piste n'atteint pas le service demandeur, bien que la piste la montre "
     "comme "
     "donnée. Prévenez-le par un autre canal."},
    {"alarm.old-stands",
     "A record that was to take the place of another went to nobody, and the other stands. See why "
     "in the list of what was sent; send it anew, or recall the old one.",
     "Un enregistrement qui devait en remplacer un autre n'est allé à personne, et l'autre reste "
     "en "
     "vigueur. Voyez pourquoi dans la liste des envois ; renvoyez-le, ou rappelez l'ancien."},
    {"alarm.recall-overdue",
     "A partner has not said that it erased a record which was recalled. Ask it by another "
     "channel; "
     "it is told again each week.",
     "Un partenaire n'a pas dit avoir effacé un enregistrement rappelé. Demandez-le-lui par un "
     "autre canal ; le rappel lui est redit chaque semaine."},
    {"alarm.restriction-overdue",
     "A partner has not said that it holds to the restriction of a record. Ask it by another "
     "channel; it is told again each week.",
     "Un partenaire n'a pas dit respecter la limitation d'un enregistrement. Demandez-le-lui par "
     "un "
     "autre canal ; elle lui est redite chaque semaine."},
    {"alarm.expired-on-the-way",
     "A record that the log shows was released to us expired before it came. Ask the origin for "
     "it.",
     "Un enregistrement que le journal dit nous être remis a expiré avant d'arriver. Demandez-le à "
     "l'origine."},
    {"alarm.delivered-though-refused",
     "The broker said that a record was refused, and delivered it. Keep the evidence; tell the "
     "other side and the data-protection officer.",
     "Le serveur a dit qu'un enregistrement était refusé, et l'a remis. Gardez les preuves ; "
     "prévenez l'autre partie et le délégué à la protection des données."},
};

}  // namespace

std::span<const SentenceRow> AlarmSentences() { return kRows; }

}  // namespace entente
