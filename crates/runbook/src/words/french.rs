//! French; accents are gone, as [`super::fold`] leaves words.

use super::{Column, Meanings, Sense};
use Sense::*;

pub(super) const SENSES: Meanings<Sense> = &[
    (
        Needs,
        "depend de|depend du|depend des|depend d|dependent de|necessite|necessitent|requiert|requierent|exige|apres|a besoin de|a besoin du|a besoin d|attend|une fois|s appuie sur|repose sur",
    ),
    (
        NeededBy,
        "utilise par|utilisee par|utilises par|requis par|requise par|necessaire a|necessaire pour|partage par|partagee par|socle de",
    ),
    (Before, "avant"),
    (
        All,
        "tous les services|tous les modules|tous les composants|tous|toutes|tout|tous les autres|toutes les applications",
    ),
    (
        Last,
        "en dernier|en derniere|dernier|derniere|a la fin|pour finir|enfin",
    ),
    (First, "en premier|en premiere|d abord|au debut"),
    (Not, "ne|pas|jamais|sans|aucun|aucune|independant de"),
    (Nothing, "aucun|aucune|neant"),
    (
        InOrder,
        "dans cet ordre|dans l ordre|dans l ordre defini|dans l ordre indique|l un apres l autre|successivement",
    ),
    (Parallel, "en parallele|simultanement"),
    (Together, "partage|partagee|commun|commune|communs"),
    (Foreign, "machine virtuelle|machines virtuelles"),
    (
        Schedule,
        "planifie|planifiee|planifiees|planificateur|planificateurs|tache planifiee|chaque jour|quotidien|quotidienne",
    ),
    (Trigger, "declencheur|declencheurs|abonnements"),
    (
        Starts,
        "declenche|declenchee|declenche par|declenchee par|consomme|s abonne|abonne|recoit|ecoute|demarre par",
    ),
    (Publishes, "publie|emet"),
    (
        Deploy,
        "deployer|deploiement de|mettre en production|livrer|installer|mettre a jour",
    ),
    (Pause, "suspendre|geler|mettre en pause|desactiver|arreter"),
    (
        Resume,
        "reactiver|reprendre|relancer|remettre en route|retablir",
    ),
    (
        Verify,
        "verifier|valider|controler|s assurer|tester|surveiller",
    ),
    (Rotate, "renouveler|faire tourner|rotation|changer"),
    (Tag, "etiqueter|marquer la version|poser une etiquette"),
    (Notify, "prevenir|informer|communiquer|annoncer|avertir"),
    (
        Rollback,
        "retour arriere|revenir en arriere|annuler le deploiement",
    ),
    (
        Health,
        "sante|test de fumee|tests de fumee|bon fonctionnement",
    ),
    (Secret, "cles|mots de passe|identifiants|certificats"),
    (FunctionKey, "cles de fonction|cle de fonction"),
    (Slot, "emplacement|emplacements|emplacement de deploiement"),
    (Concurrency, "concurrence|requetes simultanees"),
    (Permission, "droits|autorisations|autorisation"),
    (Iam, "compte de service|comptes de service"),
    (
        Rolling,
        "mises a jour progressives|mise a jour progressive|sans interruption",
    ),
    (Canary, "progressivement|par paliers"),
    (Traffic, "trafic"),
    (Uat, "recette"),
    (Approval, "approbation|approuve|approuvee|feu vert"),
    (External, "externe|externes|tiers"),
    (
        Service,
        "dependances|fournisseur|fournisseurs|systemes|passerelle",
    ),
    (StatusPage, "page de statut|joignable|joignables"),
    (Namespace, "espace de noms"),
    (Project, "projet"),
    (Region, "region"),
    (Subscription, "abonnement"),
    (ResourceGroup, "groupe de ressources"),
    (Cluster, "grappe"),
    (Environment, "environnement"),
    (Production, "mise en production"),
    (Staging, "preproduction|pre production"),
    (Testing, "environnement de test|environnement de recette"),
    (Development, "developpement"),
];

pub(super) const COLUMNS: Meanings<Column> = &[
    (Column::Step, "etape|etapes|ordre|numero|n|rang|phase"),
    (
        Column::Module,
        "composant|composants|brique|briques|nom du service|nom|logiciel",
    ),
    (
        Column::Platform,
        "plateforme|plate forme|environnement|cible|hebergement|heberge sur|tourne sur|lieu",
    ),
    (Column::Description, "objet|but|role"),
    (
        Column::Notes,
        "remarque|remarques|commentaire|commentaires|observations|consignes",
    ),
    (
        Column::Needs,
        "dependance|dependances|depend de|necessite|prerequis|pre requis|apres",
    ),
    (Column::NeededBy, "utilise par|requis par"),
    (Column::Trigger, "declencheur|declenche par"),
    (Column::People, "responsable|equipe|duree|telephone"),
];
